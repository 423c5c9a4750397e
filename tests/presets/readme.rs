//! The table of presets in the README is made from the presets.
use drawbridge::presets;
use std::{fs, path::Path};

#[test]
fn the_table_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(&path).expect("the README");
    let (before, rest) = readme.split_once("<!-- presets -->\n").expect("its beginning");
    let (_, after) = rest.split_once("<!-- /presets -->").expect("its end");
    let mut table = String::from("| preset | application | versions | tried with |\n|---|---|---|---|\n");
    for preset in presets::ALL {
        let about = preset.about();
        let proof = match about.proof.as_str() {
            "installed" => "a database that it made itself",
            _ => "its documented schema",
        };
        table.push_str(&format!("| `{}` | {} | {} | {proof} |\n", preset.name, about.title, about.versions));
    }
    let current = format!("{before}<!-- presets -->\n{table}<!-- /presets -->{after}");
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, &current).expect("the README is written");
    }
    assert!(readme == current, "run `UPDATE_README=1 cargo test --test presets readme`");
}
