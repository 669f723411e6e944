//! Many seeds on SQLite, the same trace for the same seed, and checks that bite.

use std::collections::BTreeSet;

use aviso_simulation::{Arena, Failure, Options, Sabotage, run_many, shrink};

/// Runs of the ordinary test command. `aviso-simulation --seeds 0..100000` makes more of them.
const SEEDS: u64 = 2_000;

#[test]
fn every_payment_ends_once_and_all_books_agree() {
    let runs = run_many(0..SEEDS, 2, Options::default()).expect("a database");
    match runs {
        Ok(runs) => assert_eq!(runs, SEEDS),
        Err(failure) => panic!("{failure}"),
    }
}

#[test]
fn the_same_seed_gives_the_same_trace() {
    const SEEDS: std::ops::Range<u64> = 10_000..10_060;
    let (one, two) = (Arena::in_memory().expect("a database"), Arena::in_memory().expect("a database"));
    // Two that are truly at once are ordered by the machine when it is so busy that a batch of units grows old.
    let trace = |arena: &Arena, seed| {
        let trace = arena.run(seed, Options::default()).expect("a run").trace;
        let ordered: Vec<String> = trace.into_iter().take_while(|line| !line.starts_with("at once")).collect();
        ordered.join("\n")
    };
    let forwards: Vec<String> = SEEDS.map(|seed| trace(&one, seed)).collect();
    // In another order, on another database.
    let mut backwards: Vec<String> = SEEDS.rev().map(|seed| trace(&two, seed)).collect();
    backwards.reverse();
    for ((seed, first), second) in SEEDS.zip(&forwards).zip(&backwards) {
        assert_eq!(first, second, "seed {seed}");
    }
}

#[test]
fn runs_come_by_everything_that_can_happen() {
    let arena = Arena::in_memory().expect("a database");
    let traces = (20_000..20_250).map(|seed| arena.run(seed, Options::default()).expect("a run").trace.join("\n"));
    let all = traces.collect::<Vec<_>>().join("\n");
    for word in [
        "requires_payment_method",
        "in_review",
        "processing",
        "authorized",
        "partially_captured",
        " captured",
        "partially_refunded",
        " refunded",
        "voided",
        "declined",
        "expired",
        "JPY",
        "KWD",
        "Lost",
        "AnswerLost(true)",
        "AnswerLost(false)",
        "LinkDown",
        "Pending",
        "Mismatch",
        "Twice",
        "Decline(",
        "-> died",
        "-> replayed",
        "KeyInUse",
        "KeyReused",
        "OrderRefTaken",
        "AmountTooLarge",
        "InProgress",
        "IllegalMove",
        "at once",
        "overtaken",
        "arrives all the same",
        "is late",
        "a late",
        "s back",
        "the bank decides",
        "bank tells",
        "Release",
        "at the second bank",
        "requires_action",
        "at the issuer: authenticated",
        "at the issuer: failed",
        "at the issuer: too late",
        "comes back",
        "Says(Rejected)",
        "the issuer answers",
        "AuthenticationRequired",
        "Issuers",
        "keep the card",
        "agree to charges",
        "saved card 0",
        "mandate 0",
        "remove card",
        "end mandate",
        "not me",
        "CardNotFound",
        "CustomerDenied",
        "TooSoon",
        "Mandate(Amount",
        "Mandate(NotActive",
        "contests",
        "dispute opened",
        "dispute challenged",
        "dispute accepted",
        "dispute won",
        "dispute lost",
        "dispute expired",
        "pre_dispute",
        "pre_arbitration",
        "nothing new",
        "too late",
        "Disputes",
        "Ledger",
        "confirm wallet",
        "at the wallet approves",
        "at the wallet refuses",
        "at the wallet is too late",
        "the purse bank tells",
        "Repeated",
    ] {
        assert!(all.contains(word), "in 250 runs nothing was `{word}`");
    }
}

/// Damage of each kind is noticed, in some run at least.
#[test]
fn no_damage_goes_unnoticed() {
    let is_noticed = |sabotage: &Sabotage| {
        let arena = Arena::in_memory().expect("a database");
        let options = Options { sabotage: Some(*sabotage), ..Options::default() };
        (0..400).any(|seed| arena.run(seed, options).expect("a run").failure.is_some())
    };
    let unnoticed: Vec<Sabotage> = Sabotage::ALL.into_iter().filter(|sabotage| !is_noticed(sabotage)).collect();
    assert_eq!(unnoticed, []);
}

#[test]
fn a_run_that_fails_is_told_as_short_as_it_still_fails() {
    let arena = Arena::in_memory().expect("a database");
    let options = Options { sabotage: Some(Sabotage::EventVanishes), ..Options::default() };
    let failed = (0..60).find_map(|seed| {
        let report = arena.run(seed, options).expect("a run");
        report.failure.is_some().then(|| Failure { seed, without: BTreeSet::new(), report })
    });
    let whole = failed.expect("a run that fails");
    let short = shrink(whole, options).expect("runs");
    assert!(short.report.failure.is_some() && short.without.len() > options.steps / 2, "{short}");
    let again = Arena::in_memory().expect("a database");
    let again = again.run_without(short.seed, options, &short.without).expect("a run");
    assert_eq!(again.trace.join("\n"), short.report.trace.join("\n"));
}
