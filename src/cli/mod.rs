//! The command line: one file per command. Secrets never come from arguments.
pub mod check;
pub mod serve;
pub mod terminal;

use clap::{Parser, Subcommand};
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

/// Stands in front of a legacy user database while its users move to Auth0.
#[derive(Debug, Parser)]
#[command(name = "drawbridge", version, disable_help_subcommand = true)]
struct Arguments {
    /// The configuration
    #[arg(long, global = true, env = "DRAWBRIDGE_CONFIG", default_value = "drawbridge.toml", value_name = "FILE")]
    config: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Answer Auth0's scripts in front of the legacy database
    Serve,
    /// Show the whole bridge in one minute, with nothing installed
    Demo {
        /// Where the demo's bridge listens
        #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Play every step and exit
        #[arg(long)]
        story: bool,
    },
    /// Tell what is missing before going live
    Check {
        /// Findings as JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command of this process's arguments.
#[must_use]
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(help_or_error) => {
            let code = if help_or_error.use_stderr() { terminal::Exit::Usage } else { terminal::Exit::Done };
            // Nothing can be told to a closed terminal.
            let _ = help_or_error.print();
            return code.into();
        }
    };
    let exit = match arguments.command {
        Command::Serve => serve::run(&arguments.config),
        Command::Demo { listen, story } => crate::demo::run(listen, story),
        Command::Check { json } => check::run(&arguments.config, json),
    };
    exit.into()
}
