//! The Debian package and the image: what they name exists, and what they install can be read by the program.
use crate::{configuration, drawbridge, path, text};
use std::process::Command;

#[test]
fn what_the_package_installs_is_there() {
    let manifest: toml::Table = text("Cargo.toml").parse().expect("Cargo.toml");
    let package = manifest["package"]["metadata"]["deb"].as_table().expect("[package.metadata.deb]");
    let assets = package["assets"].as_array().expect("assets");
    let mut installed = Vec::new();
    for asset in assets {
        let (from, to) = (asset[0].as_str().expect("a path"), asset[1].as_str().expect("a path"));
        assert!(from.starts_with("target/release/") || path(from).exists(), "{from} is missing");
        installed.push(format!("/{to}"));
    }
    for kept in package["conf-files"].as_array().expect("conf-files") {
        assert!(installed.iter().any(|file| file == kept.as_str().expect("a path")), "{kept} is not installed");
    }
    for script in ["postinst", "prerm", "postrm"] {
        let script = path("deploy/debian/scripts").join(script);
        assert!(std::fs::read_to_string(&script).expect("a script").contains("\n#DEBHELPER#\n"));
        let status = Command::new("sh").arg("-n").arg(&script).status().expect("sh");
        assert!(status.success(), "{}", script.display());
    }
}

#[test]
fn the_first_configuration_waits_for_its_owner_and_is_right_otherwise() {
    let output = drawbridge(&["serve", "--config", path("deploy/debian/drawbridge.toml").to_str().expect("a path")]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("`token.issuer` is still a placeholder"), "{said}");
    let directory = tempfile::tempdir().expect("a directory");
    let password = [("credentials/database_password", "password")];
    let file = configuration(directory.path(), "deploy/debian/drawbridge.toml", &password);
    let output = drawbridge(&["sql", "--config", file.to_str().expect("a path")]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_image_is_one_program_of_the_pinned_compiler_and_nobody_s_root() {
    let file = text("deploy/container/Dockerfile");
    let last = file.rsplit("\nFROM ").next().expect("a stage");
    assert!(last.starts_with("scratch\n"), "the last stage is not empty at its beginning");
    assert!(last.contains("\nUSER 65532:65532\n"));
    assert!(last.contains("\nENTRYPOINT [\"/usr/bin/drawbridge\"]\n"));
    let flags = text("deploy/release/flags.sh");
    let toolchain = flags.lines().find_map(|line| line.strip_prefix("toolchain=")).expect("the toolchain");
    assert!(file.contains(&format!("\nARG RUST={toolchain}\n")), "the image is built by another compiler");
    assert!(file.contains(&format!("\nARG VERSION={}\n", env!("CARGO_PKG_VERSION"))));
}
