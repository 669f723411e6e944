//! People who act for a merchant: how they become members, and how it ends.

use std::time::Duration;

use aviso::cli::{AdminCommand, MemberCommand};
use aviso_core::account::email::EmailAddress;
use aviso_core::audit::Actor;
use aviso_core::id::AccountId;
use aviso_core::language::Language;
use aviso_core::merchant::member::{Added, Member as Membership, MemberError, Right, Rights};
use aviso_tests::actor::{Member, Merchant, PASSWORD};
use aviso_tests::app::TestApp;
use aviso_tests::on_both_databases;

fn rights(text: &str) -> Rights {
    text.parse().expect("rights")
}

fn address(member: &Member) -> EmailAddress {
    EmailAddress::new(&member.email).expect("an address")
}

async fn account(app: &TestApp, member: &Member) -> AccountId {
    app.hub.services.accounts.by_telegram(member.id).await.expect("a look").expect("an account").id
}

async fn add(app: &TestApp, merchant: &Merchant, member: &Member, text: &str) -> AccountId {
    let members = &app.hub.services.members;
    let added = members.add(&Actor::Operator, merchant.scope.merchant.id, &address(member), rights(text)).await;
    assert_eq!(added.expect("a member"), Added::Member);
    account(app, member).await
}

async fn listed(app: &TestApp, merchant: &Merchant) -> Vec<Membership> {
    app.hub.services.members.list(merchant.scope.merchant.id).await.expect("a list")
}

on_both_databases! {
    async fn the_operator_adds_changes_and_takes_away(app: TestApp) {
        let (ana, merchant) = (app.member(Language::En).await, app.merchant().await);
        let id = add(&app, &merchant, &ana, "view,refund").await;
        ana.opens(|mail| mail.subject.contains("You act for")).await;
        assert_eq!(add(&app, &merchant, &ana, "all").await, id, "a second time changes the rights");
        ana.opens(|mail| mail.subject.contains("Your rights at")).await;
        let [only] = listed(&app, &merchant).await.try_into().expect("one member");
        assert_eq!((only.account_id, only.rights, only.created_by.as_str()), (id, Rights::all(), "operator"));
        let members = &app.hub.services.members;
        let of_ana = members.of_account(id).await.expect("a list");
        assert_eq!(of_ana, [(merchant.scope.merchant.clone(), Rights::all())]);
        members.remove(&Actor::Operator, merchant.scope.merchant.id, id).await.expect("removed");
        ana.opens(|mail| mail.subject.contains("any more")).await;
        assert_eq!(members.find(merchant.scope.merchant.id, id).await.expect("a look"), None);
        let again = members.remove(&Actor::Operator, merchant.scope.merchant.id, id).await;
        assert!(matches!(again, Err(MemberError::NotFound)), "{again:?}");
        let log = app.hub.services.audit.latest(Some(&merchant.scope.merchant.id.to_string()), 10).await.expect("the log");
        let actions: Vec<&str> = log.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(actions[..3], ["member.remove", "member.change", "member.add"]);
        assert_eq!(log[1].before, format!("{id} view,refund"));
    }

    async fn the_command_line_does_the_same(app: TestApp) {
        // A SQLite file is used by one process at a time, and the hub runs.
        if app.hub.services.store.backend_name() != "sqlite" {
            let (ana, merchant) = (app.member(Language::En).await, app.merchant().await);
            let id = merchant.scope.merchant.id;
            let run = async |command| aviso::admin::run(&app.config, AdminCommand::Member(command)).await;
            let email = ana.email.clone();
            let add = MemberCommand::Add { merchant: id, email: email.clone(), rights: rights("view,keys") };
            assert!(run(add).await.expect("added").contains("acts for"));
            let shown = run(MemberCommand::List { merchant: id }).await.expect("a list");
            assert!(shown.contains(&email) && shown.contains("view,keys"), "{shown}");
            let stranger = "nobody@example.com".to_owned();
            let invited = MemberCommand::Add { merchant: id, email: stranger, rights: Rights::all() };
            assert!(run(invited).await.expect("invited").contains("invitation"));
            let gone = run(MemberCommand::Remove { merchant: id, email: email.clone() }).await.expect("removed");
            assert!(gone.contains("any more"), "{gone}");
            let wrong = run(MemberCommand::Remove { merchant: id, email }).await.expect_err("gone already");
            assert!(wrong.to_string().contains("no such member"), "{wrong}");
        }
    }

    async fn nobody_gives_what_they_do_not_have_and_the_last_keeper_stays(app: TestApp) {
        let (ana, bea, merchant) = (app.member(Language::En).await, app.member(Language::En).await, app.merchant().await);
        let shop = merchant.scope.merchant.id;
        let keeper = add(&app, &merchant, &ana, "view,members").await;
        let helper = add(&app, &merchant, &bea, "view").await;
        let members = &app.hub.services.members;
        let (as_keeper, as_helper) = (Actor::Account(keeper), Actor::Account(helper));
        let beyond = members.change(&as_keeper, shop, helper, rights("view,refund")).await;
        assert!(matches!(beyond, Err(MemberError::Beyond(Right::Refund))), "{beyond:?}");
        let own = members.change(&as_keeper, shop, keeper, Rights::all()).await;
        assert!(matches!(own, Err(MemberError::Beyond(_))), "{own:?}");
        let invite = members.invite(&as_keeper, shop, &address(&bea), rights("keys")).await;
        assert!(matches!(invite, Err(MemberError::Beyond(Right::Keys))), "{invite:?}");
        for refused in [
            members.change(&as_helper, shop, keeper, rights("view")).await,
            members.remove(&as_helper, shop, keeper).await,
        ] {
            assert!(matches!(refused, Err(MemberError::Forbidden)), "{refused:?}");
        }
        for last in [
            members.remove(&as_keeper, shop, keeper).await,
            members.change(&as_keeper, shop, keeper, rights("view")).await,
        ] {
            assert!(matches!(last, Err(MemberError::LastKeeper)), "{last:?}");
        }
        assert_eq!(listed(&app, &merchant).await[0].rights, rights("view,members"), "nothing was written");
        members.change(&as_keeper, shop, helper, rights("view,members")).await.expect("what one has");
        // Two keepers who leave at once: one of them stays.
        let (one, other) = tokio::join!(
            members.remove(&as_keeper, shop, keeper),
            members.remove(&as_helper, shop, helper)
        );
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        assert_eq!(listed(&app, &merchant).await.len(), 1);
    }

    async fn an_invitation_works_once_for_its_e_mail_and_while_its_sender_may_invite(app: TestApp) {
        let (ana, bea, merchant) = (app.member(Language::En).await, app.member(Language::Es).await, app.merchant().await);
        let shop = merchant.scope.merchant.id;
        let keeper = add(&app, &merchant, &ana, "all").await;
        let members = &app.hub.services.members;
        let token = async |after: usize| {
            members.invite(&Actor::Account(keeper), shop, &address(&bea), rights("view,refund")).await.expect("invited");
            let path = bea.mailed("/merchant/invitation/", after).await;
            path.rsplit('/').next().expect("a token").to_owned()
        };
        let people = &app.hub.services.accounts;
        let (of_ana, of_bea) = (
            people.get(keeper).await.expect("a look").expect("an account"),
            people.get(account(&app, &bea).await).await.expect("a look").expect("an account"),
        );
        let first = token(0).await;
        let offer = members.peek(&first).await.expect("an offer");
        assert_eq!((offer.shop, offer.email, offer.rights), (merchant.scope.merchant.name.clone(), bea.email.clone(), rights("view,refund")));
        let stranger = members.accept(&first, &of_ana).await;
        assert!(matches!(stranger, Err(MemberError::OtherEmail)), "{stranger:?}");
        assert_eq!(members.accept(&first, &of_bea).await.expect("a member"), shop);
        let twice = members.accept(&first, &of_bea).await;
        assert!(matches!(twice, Err(MemberError::InvitationInvalid)), "{twice:?}");
        let joined = listed(&app, &merchant).await;
        assert_eq!((joined[1].rights, joined[1].created_by.clone()), (rights("view,refund"), keeper.to_string()));
        // Too late.
        let second = token(1).await;
        app.clock.advance(Duration::from_secs(3 * 24 * 3_600 + 1));
        assert!(matches!(members.accept(&second, &of_bea).await, Err(MemberError::InvitationInvalid)));
        // Its sender was taken away meanwhile.
        members.remove(&Actor::Operator, shop, of_bea.id).await.expect("removed");
        let third = token(2).await;
        members.remove(&Actor::Operator, shop, keeper).await.expect("removed");
        assert!(matches!(members.accept(&third, &of_bea).await, Err(MemberError::InvitationInvalid)));
        assert!(listed(&app, &merchant).await.is_empty());
    }

    async fn memberships_end_with_the_account(app: TestApp) {
        let (mut ana, merchant) = (app.member(Language::En).await, app.merchant().await);
        let id = add(&app, &merchant, &ana, "all").await;
        ana.send("/account/data", "/account/close", &[("password", PASSWORD)]).await.expect(200);
        assert!(listed(&app, &merchant).await.is_empty());
        let log = app.hub.services.audit.latest(Some(&merchant.scope.merchant.id.to_string()), 1).await.expect("the log");
        assert_eq!((log[0].action.as_str(), log[0].actor.clone()), ("member.remove", id.to_string()));
        assert!(app.hub.services.audit.verify().await.expect("a look").is_ok());
    }
}
