package grpcconn

import (
	"fmt"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
)

// options is what a call's options ask for.
type options struct {
	metadata []*metadata.MD
	finished []func(error)
}

// understood reads the options. One that would change what is sent, and that the host cannot do, is an error; one that is
// about connections is passed over, since the host has them.
func understood(opts []grpc.CallOption) (options, error) {
	var understood options
	for _, option := range opts {
		switch option := option.(type) {
		case grpc.HeaderCallOption:
			understood.metadata = append(understood.metadata, option.HeaderAddr)
		case grpc.TrailerCallOption:
			understood.metadata = append(understood.metadata, option.TrailerAddr)
		case grpc.OnFinishCallOption:
			understood.finished = append(understood.finished, option.OnFinish)
		case grpc.PerRPCCredsCallOption:
			return understood, refused(codes.Unimplemented, "", "credentials are the environment's, not the probe's")
		case grpc.CompressorCallOption, grpc.ContentSubtypeCallOption, grpc.ForceCodecCallOption,
			grpc.ForceCodecV2CallOption, grpc.CustomCodecCallOption:
			why := fmt.Sprintf("the option %T is not offered: messages are plain protobuf", option)
			return understood, refused(codes.Unimplemented, "", why)
		}
	}
	return understood, nil
}

func (o options) give(reply metadata.MD) {
	for _, wanted := range o.metadata {
		*wanted = reply.Copy()
	}
}
