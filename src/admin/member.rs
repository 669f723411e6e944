//! The people who act for a merchant, on the command line.

use anyhow::Context;
use aviso_core::account::email::EmailAddress;
use aviso_core::audit::Actor;
use aviso_core::merchant::member::{Added, Member};

use crate::app::Services;
use crate::cli::MemberCommand;

/// Carries out one command and gives what to print.
///
/// # Errors
///
/// When the merchant or the member does not exist, or the e-mail is none.
pub(super) async fn run(services: &Services, command: MemberCommand) -> anyhow::Result<String> {
    match command {
        MemberCommand::Add { merchant, email, rights } => {
            let address = EmailAddress::new(&email).context("--email")?;
            Ok(match services.members.add(&Actor::Operator, merchant, &address, rights).await? {
                Added::Member => format!("{email} acts for {merchant} now, and is told so: {rights}"),
                Added::Invited => format!(
                    "{email} has no account with this confirmed e-mail yet: the hub sends an invitation there when it \
                     runs.\nIt works once, for three days: {rights}"
                ),
            })
        }
        MemberCommand::List { merchant } => {
            let members = services.members.list(merchant).await?;
            Ok(members.iter().map(line).collect())
        }
        MemberCommand::Remove { merchant, email } => {
            let address = EmailAddress::new(&email).context("--email")?;
            let member = services.members.by_email(merchant, &address).await?;
            services.members.remove(&Actor::Operator, merchant, member.account_id).await?;
            Ok(format!("{email} does not act for {merchant} any more, and is told so."))
        }
    }
}

fn line(member: &Member) -> String {
    let Member { account_id, email, rights, created_at, created_by, .. } = member;
    format!("{account_id}  {email}  since {created_at} by {created_by}: {rights}\n")
}
