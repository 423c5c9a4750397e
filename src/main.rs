//! The `drawbridge` command.
//!
//! # Why an allocator that wipes
//! A password is wiped where our own code holds it, but before that it went through the buffers of TLS, HTTP and the
//! runtime, and a row with its hash through those of the driver. They are freed as they are; whoever reads the memory of
//! the process later would find the passwords of the last people. So whatever is freed is wiped first.
use std::alloc::System;
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static ALLOCATOR: ZeroAlloc<System> = ZeroAlloc(System);

fn main() -> std::process::ExitCode {
    drawbridge::cli::run()
}
