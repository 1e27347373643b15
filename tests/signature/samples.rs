//! Documents that others made. They lie outside the project; where the folder is absent these tests say so and pass.

use std::path::{Path, PathBuf};

use cr_einvoice::signature::{Profile, verify};

use crate::support::{explain, options, signed};

/// The folder of samples beside the project, when it is there.
fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/spec/samples");
    let folder = beside.is_dir().then_some(beside);
    if folder.is_none() {
        println!("skipped: ../shared/spec/samples is not there");
    }
    folder
}

#[test]
fn a_real_answer_of_hacienda_verifies() {
    let Some(folder) = folder() else { return };
    let answer = std::fs::read(folder.join("hacienda-aceptada-con-advertencia-real.xml")).expect("the sample");
    let verification = verify(&answer);
    assert!(verification.valid(), "{}", explain(&verification));
    assert_eq!(verification.signer.as_deref(), Some("ESTADO-MINISTERIO DE HACIENDA (SELLO ELECTRONICO)"));
    assert_eq!(verification.signer_identification.as_deref(), Some("2100042005"));
    assert_eq!(verification.policy, None);
    assert_eq!(verification.signed_at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-08-31T14:55:53+00:00"));
    let certificate = verification.certificate.expect("a certificate");
    assert_eq!(certificate.serial, "1605653665409614206877703882239183061669382236");
    assert_eq!(
        certificate.issuer,
        "CN=CA SINPE - PERSONA JURIDICA v2,OU=DIVISION SISTEMAS DE PAGO,O=BANCO CENTRAL DE COSTA RICA,C=CR,\
         2.5.4.5=#131043504a2d342d3030302d303034303137"
    );
}

#[test]
fn changing_a_real_answer_of_hacienda_is_noticed() {
    let Some(folder) = folder() else { return };
    let answer =
        std::fs::read_to_string(folder.join("hacienda-aceptada-con-advertencia-real.xml")).expect("the sample");
    let changed = answer.replace("<Mensaje>1</Mensaje>", "<Mensaje>3</Mensaje>");
    let verification = verify(changed.as_bytes());
    assert_eq!(verification.failure().map(|part| part.name), Some("document"), "{}", explain(&verification));
}

#[test]
fn every_unsigned_sample_can_be_signed() {
    let Some(folder) = folder() else { return };
    for name in ["fe", "fe-exonerada", "fec", "nc", "te", "rep", "mensaje-receptor"] {
        let sample = std::fs::read_to_string(folder.join(format!("{name}.xml"))).expect("the sample");
        for profile in [Profile::Widest, Profile::Annex] {
            let verification = verify(signed(&sample, &options(profile)).as_bytes());
            assert!(verification.valid(), "{name}: {}", explain(&verification));
        }
    }
}
