use std::sync::Arc;
use std::time::Duration;

use crate::account::{Account, totp_owner};
use crate::audit::Actor;
use crate::clock::{Clock, ShiftedClock};
use crate::id::{AccountId, AttemptId, CardId, MerchantId};
use crate::language::Language;
use crate::merchant::{Merchants, Mode, Scope};
use crate::payment::PaymentError;
use crate::payment::card::Card;
use crate::preference::TimeZone;
use crate::secret::{Keyring, Purpose, Secret};
use crate::store::second_factor::{self as factors, Authenticator};
use crate::store::{DatabaseUrl, Store, account as accounts, endpoint as endpoint_rows, vault as rows};
use crate::vault::card::{CONSENT_TEXT, CardState, SavedCard, usable_until};
use crate::vault::keep::{self, data_key};
use crate::vault::{Vault, VaultSettings, adopt_lookup_key};

struct World {
    store: Store,
    clock: Arc<ShiftedClock>,
    scope: Scope,
    _folder: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&DatabaseUrl::Sqlite(folder.path().join("vault.db"))).await.unwrap();
        aviso_migrations::migrate(&store.migration_connection()).await.unwrap();
        let clock = Arc::new(ShiftedClock::default());
        let merchants = Merchants::new(store.clone(), Arc::clone(&clock) as Arc<dyn Clock>);
        let merchant = merchants.create(Actor::Operator, "Café Luna", Language::Es).await.unwrap();
        let scope = Scope { merchant, mode: Mode::Test, key_id: None };
        Self { store, clock, scope, _folder: folder }
    }

    fn vault(&self, ring: &Keyring) -> Vault {
        let clock = Arc::clone(&self.clock) as Arc<dyn Clock>;
        Vault::new(self.store.clone(), clock, ring.clone(), VaultSettings::default())
    }

    async fn save(&self, ring: &Keyring, n: u32) -> CardId {
        let (now, merchant) = (self.clock.now(), self.scope.merchant.id);
        let card = Card::new(&Secret::new("4242424242424242"), 12, 2030, now).unwrap();
        let saved = SavedCard {
            id: CardId::new(now),
            merchant_id: merchant,
            mode: Mode::Test,
            customer: format!("c-{n}").parse().unwrap(),
            account_id: None,
            email: None,
            language: None,
            face: card.face(),
            card: ring.fingerprint("platform", card.number().expose()),
            merchant_card: ring.fingerprint(&merchant.to_string(), card.number().expose()),
            key_id: crate::id::DataKeyId::new(now),
            sealed: None,
            state: CardState::Active,
            consent_text: CONSENT_TEXT.to_owned(),
            consent_at: now,
            usable_until: usable_until(&card.face()),
            expiry_told: false,
            last_used_at: now,
            created_at: now,
        };
        self.store
            .write(async |tx| {
                let key = data_key(tx, ring, merchant, now).await?;
                let sealed = Some(key.seal(&saved.owner(), &card));
                rows::insert(tx, &SavedCard { key_id: key.id, sealed, ..saved.clone() }).await?;
                Ok::<_, PaymentError>(())
            })
            .await
            .unwrap();
        saved.id
    }

    async fn open(&self, ring: &Keyring, id: CardId, whose: (MerchantId, Mode)) -> Result<String, PaymentError> {
        let now = self.clock.now();
        self.store
            .write(async |tx| {
                let opened = keep::open(tx, ring, id, (whose, None), now).await?;
                Ok(opened.card.number().expose().to_owned())
            })
            .await
    }

    fn whose(&self) -> (MerchantId, Mode) {
        (self.scope.merchant.id, self.scope.mode)
    }
}

#[tokio::test]
async fn a_card_opens_for_its_merchant_and_mode_only() {
    let world = World::new().await;
    let ring = Keyring::new([1; 32]);
    let id = world.save(&ring, 1).await;
    assert_eq!(world.open(&ring, id, world.whose()).await.unwrap(), "4242424242424242");
    let stranger = (MerchantId::new(world.clock.now()), Mode::Test);
    for whose in [stranger, (world.scope.merchant.id, Mode::Live)] {
        assert!(matches!(world.open(&ring, id, whose).await, Err(PaymentError::CardNotFound(_))));
    }
    assert!(matches!(world.open(&Keyring::new([9; 32]), id, world.whose()).await, Err(PaymentError::Seal(_))));
}

#[tokio::test]
async fn the_master_key_changes_three_times_and_everything_still_opens() {
    let world = World::new().await;
    let first = Keyring::new([1; 32]);
    let adopted = adopt_lookup_key(&world.store, &*world.clock, &first).await.unwrap();
    let fingerprint = adopted.fingerprint("platform", "4242424242424242");
    let card = world.save(&first, 1).await;
    for (current, previous) in [([2; 32], [1; 32]), ([3; 32], [2; 32])] {
        let ring = Keyring::with_previous(current, [previous]);
        let ring = adopt_lookup_key(&world.store, &*world.clock, &ring).await.unwrap();
        assert_eq!(ring.fingerprint("platform", "4242424242424242"), fingerprint);
        assert_eq!(world.open(&ring, card, world.whose()).await.unwrap(), "4242424242424242");
        let vault = world.vault(&ring);
        assert!(!vault.key_report().await.unwrap().previous_may_go());
        while vault.reseal_step().await.unwrap().rows() > 0 {}
        let report = vault.key_report().await.unwrap();
        assert!(report.previous_may_go(), "{report:?}");
    }
    let last = Keyring::new([3; 32]);
    let last = adopt_lookup_key(&world.store, &*world.clock, &last).await.unwrap();
    assert_eq!(last.fingerprint("platform", "4242424242424242"), fingerprint);
    assert_eq!(world.open(&last, card, world.whose()).await.unwrap(), "4242424242424242");
    assert!(adopt_lookup_key(&world.store, &*world.clock, &first).await.is_err(), "the first key is of no use now");
}

#[tokio::test]
async fn resealing_may_stop_half_way() {
    let world = World::new().await;
    let first = Keyring::new([1; 32]);
    for n in 0..120 {
        world.save(&first, n).await;
    }
    let second = Keyring::with_previous([2; 32], [[1; 32]]);
    let vault = world.vault(&second);
    while vault.reseal_step().await.unwrap().rows() > 0 {}
    assert_eq!(vault.renew_data_keys().await.unwrap(), 1);
    assert_eq!(vault.reseal_cards_step().await.unwrap(), 100, "one batch, and then it stops");
    let cards = vault.cards(&world.scope, None, None, 200).await.unwrap().items;
    let keys: std::collections::BTreeSet<_> = cards.iter().map(|card| card.key_id).collect();
    assert_eq!((cards.len(), keys.len()), (120, 2));
    for card in &cards {
        assert_eq!(world.open(&second, card.id, world.whose()).await.unwrap(), "4242424242424242");
    }
    assert_eq!(vault.reseal_cards_step().await.unwrap(), 20);
    assert_eq!(vault.reseal_cards_step().await.unwrap(), 0);
    let report = vault.key_report().await.unwrap();
    assert_eq!(report.data_keys.values().sum::<i64>(), 1, "the retired data key is destroyed");
    for card in &cards {
        assert!(world.open(&Keyring::new([2; 32]), card.id, world.whose()).await.is_ok());
    }
}

#[tokio::test]
async fn time_takes_cards_away() {
    let world = World::new().await;
    let ring = Keyring::new([1; 32]);
    let vault = world.vault(&ring);
    let used = world.save(&ring, 1).await;
    assert_eq!(vault.sweep().await.unwrap(), 0);
    world.clock.advance(Duration::from_secs(400 * 86_400));
    let fresh = world.save(&ring, 2).await;
    world.clock.advance(Duration::from_secs(200 * 86_400));
    assert_eq!(vault.sweep().await.unwrap(), 1);
    assert_eq!(vault.card(&world.scope, used).await.unwrap().state, CardState::Removed);
    assert!(vault.card(&world.scope, used).await.unwrap().sealed.is_none());
    let until = vault.card(&world.scope, fresh).await.unwrap().usable_until;
    let day = Duration::from_secs(86_400);
    // In use all the time, so that only its date counts.
    let keep_in_use = async || {
        let now = world.clock.now();
        world.store.write(async |tx| rows::touch(tx, fresh, now).await).await.unwrap();
    };
    world.clock.advance(until.since(world.clock.now()).saturating_sub(29 * day));
    keep_in_use().await;
    assert_eq!(vault.sweep().await.unwrap(), 1, "told that it expires soon");
    assert_eq!(vault.sweep().await.unwrap(), 0, "once");
    world.clock.advance(30 * day);
    assert_eq!(vault.sweep().await.unwrap(), 1);
    assert_eq!(vault.card(&world.scope, fresh).await.unwrap().state, CardState::Expired);
    assert!(matches!(world.open(&ring, fresh, world.whose()).await, Err(PaymentError::CardNotFound(_))));
}

#[tokio::test]
async fn webhook_secrets_and_held_cards_move_too() {
    let world = World::new().await;
    let first = Keyring::new([1; 32]);
    let now = world.clock.now();
    let clock = Arc::clone(&world.clock) as Arc<dyn Clock>;
    let endpoints = crate::merchant::endpoint::Endpoints::new(world.store.clone(), clock.clone(), first.clone());
    let (endpoint, secret) =
        endpoints.create(&world.scope, "https://shop.example/h", Default::default()).await.unwrap();
    let second = Keyring::with_previous([2; 32], [[1; 32]]);
    let vault = world.vault(&second);
    assert_eq!(vault.key_report().await.unwrap().webhook_secrets, 1);
    assert_eq!(vault.reseal_step().await.unwrap().webhook_secrets, 1);
    assert_eq!(vault.reseal_step().await.unwrap().rows(), 0);
    let alone = Keyring::new([2; 32]);
    let endpoints = crate::merchant::endpoint::Endpoints::new(world.store.clone(), clock, alone.clone());
    let target = endpoints.target(endpoint.id).await.unwrap().unwrap();
    assert_eq!(target.secrets[0].expose(), secret.expose());
    let attempt = AttemptId::new(now).to_string();
    let sealed = first.seal(Purpose::Cards, &attempt, b"4242");
    let moved = second.reseal(Purpose::Cards, &attempt, &sealed).unwrap();
    assert_eq!(alone.open(Purpose::Cards, &attempt, &moved).unwrap().as_slice(), b"4242");
    let sealed =
        world.store.write(async |tx| endpoint_rows::live_secrets(tx.conn(), endpoint.id, now).await).await.unwrap();
    assert!(alone.is_current(&sealed[0].1));
}

#[tokio::test]
async fn the_secrets_of_authenticators_move_too() {
    let world = World::new().await;
    let (first, now) = (Keyring::new([1; 32]), world.clock.now());
    let account = Account {
        id: AccountId::new(now),
        email: "ana@example.com".to_owned(),
        email_confirmed_at: None,
        has_password: false,
        language: Language::En,
        time_zone: TimeZone::default(),
        quiet: None,
        telegram: None,
    };
    let known = Authenticator {
        account_id: account.id,
        sealed: first.seal(Purpose::Totp, &totp_owner(account.id), b"secret"),
        created_at: now,
        confirmed_at: Some(now),
        last_step: 7,
        failed: 2,
        rests_until: None,
    };
    let written = world.store.write(async |tx| {
        accounts::insert(tx, &account, "ana@example.com", None, now).await?;
        factors::replace(tx, &known).await
    });
    written.await.unwrap();
    let vault = world.vault(&Keyring::with_previous([2; 32], [[1; 32]]));
    let report = vault.key_report().await.unwrap();
    assert!(report.authenticators == 1 && !report.previous_may_go());
    assert_eq!(vault.reseal_step().await.unwrap().authenticators, 1);
    assert_eq!(vault.reseal_step().await.unwrap().rows(), 0);
    let moved = factors::of_account(world.store.reader(), account.id).await.unwrap().unwrap();
    let alone = Keyring::new([2; 32]);
    assert_eq!(alone.open(Purpose::Totp, &totp_owner(account.id), &moved.sealed).unwrap().as_slice(), b"secret");
    assert_eq!((moved.last_step, moved.failed), (7, 2));
    assert!(alone.open(Purpose::Totp, &totp_owner(AccountId::new(now)), &moved.sealed).is_err(), "another's");
}
