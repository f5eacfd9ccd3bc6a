package grpcconn

import (
	"encoding/base64"
	"maps"
	"slices"
	"strings"

	"google.golang.org/grpc/metadata"

	"shipworthy.dev/shipworthy"
)

// headers are metadata in an order that a replay has again. Values of names that end in `-bin` are bytes, and travel as
// Base64.
func headers(outgoing metadata.MD) []shipworthy.Header {
	var headers []shipworthy.Header
	for _, name := range slices.Sorted(maps.Keys(outgoing)) {
		for _, value := range outgoing[name] {
			if isBinary(name) {
				value = base64.RawStdEncoding.EncodeToString([]byte(value))
			}
			headers = append(headers, shipworthy.Header{Name: name, Value: value})
		}
	}
	return headers
}

// incoming is the metadata of a reply. A value that should be Base64 and is not stays as it is.
func incoming(headers []shipworthy.Header) metadata.MD {
	incoming := metadata.MD{}
	for _, header := range headers {
		value := header.Value
		if isBinary(header.Name) {
			if bytes, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "=")); err == nil {
				value = string(bytes)
			}
		}
		incoming.Append(header.Name, value)
	}
	return incoming
}

func isBinary(name string) bool {
	return strings.HasSuffix(strings.ToLower(name), "-bin")
}
