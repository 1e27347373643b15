//! Our signed output is valid by the official XSDs of both generations, where they and xmllint are at hand.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Setup, numbered};

/// The folder of the official XSDs, when it lies beside the project.
fn schemas() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/spec/xsd");
    let found = folder.is_dir() && Command::new("xmllint").arg("--version").output().is_ok();
    found.then_some(folder)
}

const KINDS: [(&str, &str); 8] = [
    ("fe.xml", "FacturaElectronica"),
    ("te.xml", "TiqueteElectronico"),
    ("nc.xml", "NotaCreditoElectronica"),
    ("nd.xml", "NotaDebitoElectronica"),
    ("fec.xml", "FacturaElectronicaCompra"),
    ("fee.xml", "FacturaElectronicaExportacion"),
    ("rep.xml", "ReciboElectronicoPago"),
    ("mensaje-aceptacion.xml", "MensajeReceptor"),
];

#[test]
fn signed_documents_of_every_kind_are_valid_by_both_generations() {
    let Some(schemas) = schemas() else {
        println!("skipped: the official XSDs or xmllint are not here");
        return;
    };
    for profile in ["widest", "annex"] {
        let installation = Setup::default().setting("signature_profile", format!("\"{profile}\"")).build();
        for (name, schema) in KINDS {
            let document = numbered(name, 1);
            installation.signed(std::slice::from_ref(&document));
            let xml = installation.run(&["show", "--xml", &document.clave]).exits(0).stdout;
            let file = installation.write(&format!("{profile}-{name}"), xml.as_bytes());
            for generation in ["2024", "2026"] {
                let schema = schemas.join(format!("{generation}/v4.4/{schema}_V4.4.xsd"));
                let ran =
                    Command::new("xmllint").args(["--nonet", "--noout", "--schema"]).arg(&schema).arg(&file).output();
                let output = ran.expect("xmllint runs");
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(output.status.success(), "{name}, {profile}, {generation}: {said}");
            }
        }
    }
}
