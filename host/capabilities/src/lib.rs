//! What a probe may ask of the world: http, grpc, containers. Policed, limited, recorded.
