//! The `drawbridge` command.

fn main() -> std::process::ExitCode {
    drawbridge::cli::run()
}
