//! The command line: one file per command. Secrets never come from arguments.
pub mod auth0;
pub mod bulk;
pub mod bulk_import;
pub mod bulk_reconcile;
pub mod census;
pub mod check;
pub mod hash;
pub mod init;
pub mod progress;
pub mod serve;
pub mod sql;
pub mod start;
pub mod status;
pub mod terminal;
pub mod user;

use crate::bulk::shard::Shard;
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
    /// Look at a database and write a first configuration
    Init {
        /// The database, without a password: postgres://role@host/name, mysql://…, sqlite:FILE
        #[arg(long, value_name = "URL")]
        database: String,
        /// The file with the role's password
        #[arg(long, value_name = "F")]
        password_file: Option<PathBuf>,
        /// The configuration to write
        #[arg(long, value_name = "FILE", default_value = "drawbridge.toml")]
        out: PathBuf,
        /// Take the best guess of each choice instead of asking
        #[arg(long)]
        yes: bool,
    },
    /// Count what is in the password column, and what follows from it
    Census {
        /// The counts as JSON
        #[arg(long)]
        json: bool,
    },
    /// Look at stored hashes
    Hash {
        #[command(subcommand)]
        command: HashCommand,
    },
    /// Tell how far the migration is
    Status {
        /// The figures as JSON
        #[arg(long)]
        json: bool,
    },
    /// Move the users who do not log in
    Bulk {
        #[command(subcommand)]
        command: BulkCommand,
    },
    /// Print the role, its grants and the ledger for the database's administrator
    Sql {
        /// Create the ledger's table, and nothing else
        #[arg(long)]
        apply: bool,
        /// A file with the URL of a role that may do so, or that reads the whole catalogue
        #[arg(long, value_name = "FILE")]
        admin_url_file: Option<PathBuf>,
    },
    /// The Auth0 side: scripts, Actions and tenant
    Auth0 {
        #[command(subcommand)]
        command: Auth0Command,
    },
    /// Look at one user
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Tell what is missing before going live
    Check {
        /// Findings as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum Auth0Command {
    /// Write the directory that auth0-deploy-cli imports, or print one script to paste
    Write {
        /// The directory
        #[arg(long, value_name = "DIR", required_unless_present = "print", conflicts_with = "print")]
        out: Option<PathBuf>,
        /// The scripts of a finished migration
        #[arg(long)]
        complete: bool,
        /// `login`, `get_user`, or the name of an Action
        #[arg(long, value_name = "SCRIPT")]
        print: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum BulkCommand {
    /// Write every user who has not crossed into files that Auth0's bulk import takes
    Export {
        /// An empty directory
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
        /// Only this part of the users, so that N machines share the work: `3/8`
        #[arg(long, value_name = "I/N")]
        shard: Option<Shard>,
        /// Users of this scheme go without their hash, and need a new password; may be repeated
        #[arg(long, value_name = "SCHEME")]
        without_password: Vec<String>,
        /// The manifest as JSON
        #[arg(long)]
        json: bool,
    },
    /// Send the files of an export to Auth0; the same command again goes on where it was
    Import {
        /// The directory of the export
        #[arg(value_name = "DIR")]
        directory: PathBuf,
        /// Change users who are in Auth0 already, by their e-mail address; their metadata is replaced
        #[arg(long)]
        upsert: bool,
        /// Check the files and tell what would be sent; Auth0 is not asked
        #[arg(long)]
        dry_run: bool,
        /// The result as JSON
        #[arg(long)]
        json: bool,
    },
    /// Compare an export of the tenant's users with the legacy table and the ledger
    Reconcile {
        /// The file of a users export job: one JSON object a line, plain or gzip
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// The result as JSON
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Show one user as Auth0 will get it, and where each value comes from
    Show {
        /// What the person types: an e-mail address or a username
        identifier: String,
        /// The answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Take the mark of one user away, so that the bridge answers for it again
    Unmark {
        /// As Auth0 or the profile has it
        user_id: String,
    },
}

#[derive(Debug, Subcommand)]
enum HashCommand {
    /// Tell which scheme wrote each line of stdin
    Identify {
        /// Each answer as JSON
        #[arg(long)]
        json: bool,
    },
    /// Measure what one core of this machine verifies a second
    Bench {
        /// Only this scheme; may be repeated
        #[arg(long, value_name = "SCHEME")]
        scheme: Vec<String>,
        /// For each scheme
        #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=600))]
        seconds: u64,
        /// Without the processor's extensions (AVX2, AVX-512, SHA), as with `limits.cpu_extensions = false`
        #[arg(long)]
        portable: bool,
        /// The figures as JSON
        #[arg(long)]
        json: bool,
    },
    /// Verify a password: asks for hash and password, which are never arguments, since other processes could read them
    Verify {
        /// The scheme, where the text does not tell
        #[arg(long, value_name = "SCHEME")]
        scheme: Option<String>,
        /// JSON lines on stdin, one verdict a line on stdout
        #[arg(long)]
        lines: bool,
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
        Command::Init { database, password_file, out, yes } => {
            init::run(&init::Arguments { database, password_file, out, yes })
        }
        Command::Census { json } => census::run(&arguments.config, json),
        Command::Hash { command: HashCommand::Identify { json } } => hash::identify(json),
        Command::Hash { command: HashCommand::Bench { scheme, seconds, portable, json } } => {
            hash::bench::run(&scheme, seconds, portable, json)
        }
        Command::Hash { command: HashCommand::Verify { scheme, lines } } => hash::verify(scheme.as_deref(), lines),
        Command::Status { json } => status::run(&arguments.config, json),
        Command::User { command: UserCommand::Unmark { user_id } } => user::unmark(&arguments.config, &user_id),
        Command::Bulk { command: BulkCommand::Export { out, shard, without_password, json } } => {
            bulk::export(&arguments.config, &out, shard, &without_password, json)
        }
        Command::Bulk { command: BulkCommand::Import { directory, upsert, dry_run, json } } => {
            bulk_import::run(&arguments.config, &directory, bulk_import::Options { upsert, dry_run, as_json: json })
        }
        Command::Bulk { command: BulkCommand::Reconcile { file, json } } => {
            bulk_reconcile::run(&arguments.config, &file, json)
        }
        Command::Sql { apply, admin_url_file } => sql::run(&arguments.config, apply, admin_url_file.as_deref()),
        Command::Auth0 { command: Auth0Command::Write { out, complete, print } } => match (out, print) {
            (Some(out), _) => auth0::write(&arguments.config, &out, complete),
            (None, Some(name)) => auth0::print(&name, complete),
            (None, None) => terminal::Exit::Usage,
        },
        Command::User { command: UserCommand::Show { identifier, json } } => {
            user::show(&arguments.config, &identifier, json)
        }
        Command::Check { json } => check::run(&arguments.config, json),
    };
    exit.into()
}
