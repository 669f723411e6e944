//! Files by id.

use serde_json::json;

use crate::standin::telegram::body::Params;
use crate::standin::telegram::refusal::{Outcome, Refusal};
use crate::standin::telegram::state::State;

pub(crate) fn get_file(state: &mut State, params: &Params) -> Outcome {
    let file_id = params.text("file_id").unwrap_or_default();
    let found = state.files.iter().find(|(known, _)| *known == file_id);
    let (file_id, bytes) = found.ok_or_else(|| Refusal::bad_request("invalid file_id"))?;
    Ok(json!({
        "file_id": file_id,
        "file_unique_id": format!("u{file_id}"),
        "file_size": bytes.len(),
        "file_path": format!("documents/{file_id}"),
    }))
}
