//! The executable: parse arguments, start logging, run, give an exit code.

use std::process::ExitCode;
use std::sync::Arc;

use aviso::app::{self, App};
use aviso::cli::{Cli, Command, ServeArgs};
use aviso::config::Config;
use aviso::{admin, ledger, lifecycle, sandbox, telemetry, vault};
use aviso_core::clock::SystemClock;
use aviso_core::crash;
use clap::Parser;

/// A payment is some hundred small texts that come and go on several threads; the system's allocator spends a
/// seventh of the hub's time on them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli).await {
        Ok(code) => code,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let config = Config::load(cli.config.as_deref())?;
    // Both ring and aws-lc-rs may be compiled in by dependencies; one is chosen for the process.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match cli.command {
        Command::Serve(args) => {
            telemetry::init_log(&config.log);
            serve(&config, &args).await
        }
        Command::Sandbox(args) => {
            telemetry::init_log(&config.log);
            sandbox::run(config, &args).await
        }
        Command::Migrate => {
            app::migrate(&config).await?;
            say("The database has the newest schema.");
            Ok(ExitCode::SUCCESS)
        }
        Command::CheckConfig => {
            config.keyring()?;
            config.telegram_token()?;
            say(config.redacted().trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Command::Ledger(command) => {
            let answer = ledger::run(&config, command).await?;
            say(answer.text.trim_end());
            Ok(if answer.is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        Command::Vault(command) => {
            say(vault::run(&config, command).await?.trim_end());
            Ok(ExitCode::SUCCESS)
        }
        Command::Admin(command) => {
            say(admin::run(&config, command).await?.trim_end());
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn serve(config: &Config, args: &ServeArgs) -> anyhow::Result<ExitCode> {
    if let Some(place) = config.crash_at()? {
        tracing::warn!(?place, "a test asked this process to die");
        crash::abort_at(place);
    }
    if args.migrate {
        app::migrate(config).await?;
    }
    let mut app = App::start(config, Arc::new(SystemClock), &args.roles).await?;
    let healthy = app
        .tasks
        .supervise(async {
            if let Err(error) = lifecycle::stop_signal().await {
                tracing::error!(%error, "signals cannot be received");
            }
        })
        .await;
    let clean = app.stop().await;
    Ok(if healthy && clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[expect(clippy::print_stdout, reason = "the answer of a command")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "the last word of a command that failed")]
fn complain(error: &anyhow::Error) {
    eprintln!("aviso: {error:#}");
}
