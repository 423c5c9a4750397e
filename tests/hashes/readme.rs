//! The tables of the README are written from the registry: `UPDATE_README=1 cargo test --test hashes` writes them anew.
use drawbridge::hash::{
    recipe::functions::FUNCTIONS,
    registry,
    scheme::{Scheme, Tell},
};
use std::{fs, path::Path};

fn schemes() -> String {
    let mut names: Vec<&'static dyn Scheme> = registry::all().collect();
    names.sort_by_key(|scheme| scheme.name());
    let row = |scheme: &&dyn Scheme| {
        let told = match scheme.tell() {
            Tell::Prefix => "prefix",
            Tell::Shape => "shape",
            Tell::OnlyByName => "name",
        };
        let needs: Vec<_> = scheme.needs().iter().map(|need| format!("`{need}`")).collect();
        format!("| `{}` | {told} | {} |\n", scheme.name(), needs.join(", "))
    };
    format!("| scheme | told by | needs |\n|---|---|---|\n{}", names.iter().map(row).collect::<String>())
}

fn functions() -> String {
    let row = |(name, meaning): (&str, &str)| format!("| `{name}` | {meaning} |\n");
    let rows: String = FUNCTIONS.iter().map(|function| row((function.name, function.meaning))).collect();
    format!("| function | meaning |\n|---|---|\n{rows}")
}

#[test]
fn the_tables_of_the_readme_are_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(&path).expect("the README");
    let mut current = text.clone();
    for (mark, table) in [("schemes", schemes()), ("functions", functions())] {
        let (begin, end) = (format!("<!-- {mark} -->\n"), format!("<!-- /{mark} -->"));
        let from = current.find(&begin).expect("a mark") + begin.len();
        let to = current.find(&end).expect("an end mark");
        current.replace_range(from..to, &table);
    }
    if std::env::var_os("UPDATE_README").is_some() {
        fs::write(&path, &current).expect("the README is written");
    }
    assert!(text == current || std::env::var_os("UPDATE_README").is_some(), "the README's tables are not current");
}
