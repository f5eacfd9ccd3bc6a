package main

import (
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// The messages of esb.agent.v1 as far as the stand-in speaks them: field numbers and types as docs/contract.md has them,
// encoded and decoded by Google's own library.
var messages = func() protoreflect.FileDescriptor {
	file := &descriptorpb.FileDescriptorProto{
		Name:    proto.String("esb/agent/v1/stand-in.proto"),
		Package: proto.String("esb.agent.v1"),
		Syntax:  proto.String("proto3"),
		MessageType: []*descriptorpb.DescriptorProto{
			message("ListContainersRequest", text("owner_id", 1)),
			message("ListContainersResponse", &descriptorpb.FieldDescriptorProto{
				Name:     proto.String("containers"),
				Number:   proto.Int32(1),
				Label:    descriptorpb.FieldDescriptorProto_LABEL_REPEATED.Enum(),
				Type:     descriptorpb.FieldDescriptorProto_TYPE_MESSAGE.Enum(),
				TypeName: proto.String(".esb.agent.v1.ContainerState"),
			}),
			message("ContainerState",
				text("container_id", 1), text("function_name", 2), text("status", 3), number("last_used_at", 4),
				text("container_name", 5), number("created_at", 6), text("owner_id", 7)),
		},
	}
	made, err := protodesc.NewFile(file, nil)
	if err != nil {
		panic(err)
	}
	return made
}()

func message(name string, fields ...*descriptorpb.FieldDescriptorProto) *descriptorpb.DescriptorProto {
	return &descriptorpb.DescriptorProto{Name: proto.String(name), Field: fields}
}

func text(name string, number int32) *descriptorpb.FieldDescriptorProto {
	return field(name, number, descriptorpb.FieldDescriptorProto_TYPE_STRING)
}

func number(name string, number int32) *descriptorpb.FieldDescriptorProto {
	return field(name, number, descriptorpb.FieldDescriptorProto_TYPE_INT64)
}

func field(name string, number int32, kind descriptorpb.FieldDescriptorProto_Type) *descriptorpb.FieldDescriptorProto {
	return &descriptorpb.FieldDescriptorProto{
		Name:   proto.String(name),
		Number: proto.Int32(number),
		Label:  descriptorpb.FieldDescriptorProto_LABEL_OPTIONAL.Enum(),
		Type:   kind.Enum(),
	}
}

// dynamic is a message of the description above, with its fields by name.
type dynamic struct {
	*dynamicpb.Message
}

func newMessage(name protoreflect.Name) dynamic {
	return dynamic{dynamicpb.NewMessage(messages.Messages().ByName(name))}
}

func (d dynamic) field(name protoreflect.Name) protoreflect.FieldDescriptor {
	return d.Descriptor().Fields().ByName(name)
}

func (d dynamic) text(name protoreflect.Name) string {
	return d.Get(d.field(name)).String()
}

func (d dynamic) set(name protoreflect.Name, value any) {
	d.Set(d.field(name), protoreflect.ValueOf(value))
}

func (d dynamic) add(name protoreflect.Name, item dynamic) {
	d.Mutable(d.field(name)).List().Append(protoreflect.ValueOfMessage(item.Message))
}

func (c containerState) message() dynamic {
	made := newMessage("ContainerState")
	made.set("container_id", c.id)
	made.set("function_name", c.function)
	made.set("status", c.status)
	made.set("container_name", c.name)
	made.set("last_used_at", int64(1764057600))
	made.set("created_at", int64(1764054000))
	made.set("owner_id", c.owner)
	return made
}
