//! Our signatures checked by a verifier that is not ours.

use bergshamra_dsig::DsigContext;
use bergshamra_dsig::verify::verify;
use bergshamra_keys::KeysManager;
use cr_einvoice::document::Kind;
use cr_einvoice::named::Named;
use cr_einvoice::signature::{Profile, verify as verify_ourselves};
use proptest::prelude::*;

use crate::canonical::{Oddities, any_document};
use crate::support::{authority_der, document, every_option, explain, options, replace, signed};

/// What the other verifier says; the certificate must lead to our authority.
fn check(xml: &str) -> Result<(), String> {
    let mut keys = KeysManager::new();
    keys.add_trusted_cert(authority_der());
    let context = DsigContext::new_permissive(keys)
        .with_verify_keys(true)
        .with_enabled_key_data_x509(true)
        .with_verification_time("2026-11-20+15:15:02");
    let result = verify(&context, xml).map_err(|error| error.to_string())?;
    match result.all_reference_digests_verified() {
        true => Ok(()),
        false => Err(format!("{result:?}")),
    }
}

#[test]
fn every_kind_in_every_shape_is_valid() {
    for &kind in Kind::ALL {
        for options in every_option() {
            let signed = signed(&document(kind), &options);
            assert_eq!(check(&signed), Ok(()), "{kind} {options:?}\n{signed}");
        }
    }
}

/// Otherwise the tests beside this one would show nothing.
#[test]
fn the_other_verifier_notices_a_change() {
    for options in every_option() {
        let changed = replace(&signed(&document(Kind::Factura), &options), "del Valle", "del Monte");
        assert!(check(&changed).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_documents_are_valid_for_both(xml in any_document(Oddities::AllButLineEnds), annex in any::<bool>()) {
        let profile = if annex { Profile::Annex } else { Profile::Widest };
        let signed = signed(&xml, &options(profile));
        let ours = verify_ourselves(signed.as_bytes());
        prop_assert!(ours.valid(), "{}\n{}", explain(&ours), signed);
        prop_assert_eq!(check(&signed), Ok(()), "{}", signed);
    }
}
