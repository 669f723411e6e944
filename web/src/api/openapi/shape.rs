//! The shapes of parameters, told by their names: kept here, so that no operation repeats them.

use aviso_core::bill::BillState;
use aviso_core::event::EventType;
use aviso_core::payment::status::Status;
use aviso_core::report::{Grain, Part};
use serde_json::Value;
use utoipa::Modify;
use utoipa::openapi::path::Parameter;
use utoipa::openapi::{OpenApi, RefOr, Schema};

/// Gives ids and keys their patterns, and names their sets.
pub(super) struct Shapes;

impl Modify for Shapes {
    fn modify(&self, document: &mut OpenApi) {
        for (path, item) in &mut document.paths.paths {
            let slots = [&mut item.get, &mut item.post, &mut item.patch, &mut item.delete];
            let parameters = slots.into_iter().flatten().filter_map(|operation| operation.parameters.as_mut());
            for parameter in parameters.flatten() {
                shape(path, parameter);
            }
        }
    }
}

fn shape(path: &str, parameter: &mut Parameter) {
    let (pattern, names) = (pattern(path, &parameter.name), names(&parameter.name));
    if let Some(RefOr::T(Schema::Object(schema))) = &mut parameter.schema {
        schema.pattern = pattern;
        schema.enum_values = names.map(|names| names.into_iter().map(Value::from).collect());
    }
}

/// The values of parameters that are one of a set.
fn names(parameter: &str) -> Option<Vec<&'static str>> {
    match parameter {
        "status" => Some(Status::ALL.iter().map(|status| status.as_str()).collect()),
        "state" => Some(BillState::ALL.iter().map(|state| state.as_str()).collect()),
        "by" => Some(Grain::ALL.iter().map(|grain| grain.as_str()).collect()),
        "group" => Some(Part::ALL.iter().map(|part| part.as_str()).collect()),
        "type" => Some(EventType::ALL.iter().filter(|kind| kind.is_public()).map(|kind| kind.as_str()).collect()),
        _ => None,
    }
}

fn pattern(path: &str, name: &str) -> Option<String> {
    let id = |prefix: &str| Some(format!("^{prefix}_[0-7][0-9a-hjkmnp-tv-z]{{25}}$"));
    match name {
        "id" => id(subject(path)),
        "delivery" => id("dlv"),
        "from" | "to" | "date" => Some("^[0-9]{4}-[0-9]{2}-[0-9]{2}$".to_owned()),
        "year" => Some("^[0-9]{4}$".to_owned()),
        "payment" => id("pay"),
        "starting_after" if path.ends_with("/deliveries") => id("dlv"),
        "starting_after" => id(subject(path)),
        "Idempotency-Key" => Some("^[ -~]*[!-~][ -~]*$".to_owned()),
        _ => None,
    }
}

fn subject(path: &str) -> &'static str {
    let subjects = [
        ("/v1/payments", "pay"),
        ("/v1/refunds", "rfd"),
        ("/v1/events", "evt"),
        ("/v1/bills", "bill"),
        ("/v1/cards", "card"),
        ("/v1/mandates", "man"),
        ("/v1/bank/cards", "ecd"),
        ("/v1/bank/verifications", "vrf"),
        ("/v1/reports", "ltx"),
    ];
    subjects.into_iter().find(|(prefix, _)| path.starts_with(prefix)).map_or("whk", |(_, prefix)| prefix)
}
