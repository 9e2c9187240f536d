//! What Node's addons want of the linker.

fn main() {
    napi_build::setup();
}
