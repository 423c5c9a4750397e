//! The unit for systemd: how much it leaves open, and that it speaks of what the package installs.
use crate::{path, text};
use std::process::Command;

/// Tenths: 1.5 of the 10 that an open unit has.
const CEILING: &str = "15";

#[test]
fn the_exposure_is_below_its_ceiling() {
    let output = Command::new("systemd-analyze")
        .args(["security", "--offline=true", "--no-pager", &format!("--threshold={CEILING}")])
        .arg(path("deploy/systemd/drawbridge.service"))
        .output()
        .expect("systemd-analyze, of Debian's package `systemd`");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("Overall exposure level"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}");
}

#[test]
fn every_line_of_the_units_is_understood() {
    for unit in ["drawbridge.service", "drawbridge.socket"] {
        let output = Command::new("systemd-analyze")
            .args(["verify", "--man=no"])
            .arg(path("deploy/systemd").join(unit))
            .output()
            .expect("systemd-analyze, of Debian's package `systemd`");
        let said = String::from_utf8_lossy(&output.stderr);
        // The program is where the package puts it, which need not be this machine.
        let complaints: Vec<&str> = said.lines().filter(|line| line.contains("/deploy/systemd/")).collect();
        assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    }
}

#[test]
fn the_unit_fits_the_program_and_the_package() {
    let unit = text("deploy/systemd/drawbridge.service");
    for line in [
        "Type=notify",
        "ExecStart=/usr/bin/drawbridge serve --config /etc/drawbridge/drawbridge.toml",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "User=drawbridge",
        "LimitCORE=0",
        // 2 is "the call or the configuration is wrong".
        "RestartPreventExitStatus=2",
        "LoadCredential=database_password:/etc/drawbridge/credentials/database_password",
        // The same path inside and outside: commands and the service share one configuration.
        "BindReadOnlyPaths=%d:/etc/drawbridge/credentials",
    ] {
        assert!(unit.lines().any(|found| found == line), "`{line}` is missing");
    }
    assert!(text("deploy/systemd/drawbridge.socket").contains("\nFileDescriptorName=bridge\n"));
    assert!(text("deploy/systemd/drawbridge.sysusers").contains("\nu drawbridge "));
}
