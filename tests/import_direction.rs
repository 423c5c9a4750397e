//! The layers of `src/lib.rs`: a module imports only from rows below its own, siblings of one row excepted below.
#![allow(clippy::pedantic, reason = "a test fails loudly; the strict set is for what is shipped")]
use std::{fs, path::Path};

/// Row of every top-level module; the map in the crate's documentation.
const ROWS: &[(&str, u8)] = &[
    ("main", 7),
    ("cli", 6),
    ("demo", 6),
    ("http", 5),
    ("preflight", 5),
    ("census", 5),
    ("bulk", 5),
    ("auth0", 5),
    ("init", 5),
    ("presets", 1),
    ("accounts", 4),
    ("token", 4),
    ("store", 3),
    ("ledger", 3),
    ("config", 2),
    ("hash", 1),
    ("sql", 1),
    ("secret", 0),
    ("clock", 0),
    ("telemetry", 0),
    ("trust", 0),
    ("supervisor", 0),
    ("confinement", 0),
];

/// Imports within one row that are wanted: both sides have the same neighbours.
const SIBLINGS: &[(&str, &str)] = &[
    ("cli", "demo"),
    ("demo", "cli"),
    ("ledger", "store"),
    ("preflight", "http"),
    ("bulk", "auth0"),
    ("telemetry", "clock"),
];

fn row(module: &str) -> u8 {
    ROWS.iter().find(|(name, _)| *name == module).unwrap_or_else(|| panic!("`{module}` stands in no row")).1
}

fn files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).expect("src is readable") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// The modules that a source imports: every `crate::x`, also inside `use crate::{x::…, y::…}`.
fn imports(source: &str) -> Vec<String> {
    let mut modules = Vec::new();
    let code: String =
        source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
    for (at, _) in code.match_indices("crate::") {
        let rest = &code[at + "crate::".len()..];
        let word =
            |text: &str| text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
        if let Some(group) = rest.strip_prefix('{') {
            let mut depth = 1_u32;
            let mut entry = String::new();
            for c in group.chars() {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ => {}
                }
                if depth == 0 || (depth == 1 && c == ',') {
                    modules.push(word(&entry));
                    entry.clear();
                    if depth == 0 {
                        break;
                    }
                } else {
                    entry.push(c);
                }
            }
        } else {
            modules.push(word(rest));
        }
    }
    modules.retain(|module| !module.is_empty());
    modules
}

#[test]
fn modules_import_only_from_rows_below() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    files(&root, &mut sources);
    let mut wrong = Vec::new();
    for path in sources {
        let inside = path.strip_prefix(&root).expect("below src");
        let module = inside.iter().next().expect("a name").to_string_lossy().trim_end_matches(".rs").to_owned();
        if module == "lib" || module == "main" {
            continue;
        }
        let source = fs::read_to_string(&path).expect("a source is readable");
        for import in imports(&source) {
            let sibling = SIBLINGS.contains(&(module.as_str(), import.as_str()));
            if import != module && !sibling && row(&import) >= row(&module) {
                wrong.push(format!("{} imports `{import}`", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "imports against the direction:\n{}", wrong.join("\n"));
}

#[test]
fn a_wrong_import_would_be_found() {
    assert_eq!(
        imports("use crate::{secret::Secret, http::{Bridge, tls}};\ncrate::cli::run()"),
        ["secret", "http", "cli"]
    );
    assert_eq!(imports("// crate::http is not imported here"), Vec::<String>::new());
}

#[test]
fn drivers_and_actix_stay_in_their_rooms() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    files(&root, &mut sources);
    let rooms: &[(&str, &[&str])] = &[
        ("actix_web", &["http", "cli", "demo"]),
        ("diesel_async", &["store", "ledger"]),
        ("mysql_async", &["store", "ledger"]),
        ("tokio_postgres", &["store", "ledger"]),
        ("std::env::var", &["cli", "config", "demo"]),
    ];
    let mut wrong = Vec::new();
    for path in sources {
        let inside = path.strip_prefix(&root).expect("below src");
        let module = inside.iter().next().expect("a name").to_string_lossy().trim_end_matches(".rs").to_owned();
        let source = fs::read_to_string(&path).expect("a source is readable");
        for (word, allowed) in rooms {
            let used = source.lines().any(|line| !line.trim_start().starts_with("//") && line.contains(word));
            if used && !allowed.contains(&module.as_str()) {
                wrong.push(format!("{} uses `{word}`", inside.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "outside of their rooms:\n{}", wrong.join("\n"));
}
