//! What holds for every outlet of the table.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

#[test]
fn every_outlet_describes_itself_and_refuses_to_open_without_what_it_needs() {
    let ids: BTreeSet<_> = ALL.iter().map(|kind| kind.profile().id).collect();
    assert_eq!(ids.len(), ALL.len(), "no id twice");
    for kind in ALL {
        let profile = kind.profile();
        assert!(profile.help.ends_with('.') && !profile.name.is_empty(), "{}", profile.id);
        assert!(profile.fields.iter().all(|field| field.field.help.ends_with('.')), "{}", profile.id);
        let empty = OutletSettings { kind: profile.id, fields: BTreeMap::new() };
        let problem = kind.open(&empty, None).err().unwrap_or_else(|| panic!("{} opens with nothing", profile.id));
        assert_eq!(problem.code, "missing_setting", "{}", profile.id);
        assert_eq!(find(profile.id).expect("in the table").profile(), profile);
    }
    assert!(find("nonsense").is_none());
}
