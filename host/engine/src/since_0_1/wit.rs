//! Bindings generated from the newest release of 0.1. The files in `wit/` are the source; nothing here is written by hand.

wasmtime::component::bindgen!({
    path: "../../wit/0.1.0",
    world: "probe",
    imports: { default: async | trappable },
    exports: { default: async },
});
