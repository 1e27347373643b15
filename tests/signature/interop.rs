//! Files for verifiers outside Rust. `.ci/interop` names a folder in `CR_EINVOICE_INTEROP`, and checks with xmlsec1,
//! signxml and libxml2 what this test puts there; otherwise the test says so and passes.

use std::fs;
use std::path::PathBuf;

use cr_einvoice::document::Kind;
use cr_einvoice::named::Named;
use cr_einvoice::signature::SignOptions;
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;

use crate::canonical::{Oddities, any_document, any_method, ours};
use crate::signing::ODD_DOCUMENTS;
use crate::support::{authority_pem, document, every_option, signed};

/// Random documents that libxml2 canonicalises beside ours.
const RANDOM_DOCUMENTS: usize = 1000;

#[test]
fn writes_what_other_programs_check() {
    let Some(folder) = std::env::var_os("CR_EINVOICE_INTEROP").map(PathBuf::from) else {
        println!("skipped: CR_EINVOICE_INTEROP names no folder");
        return;
    };
    let write = |name: String, text: &str| fs::write(folder.join(name), text).expect("a file in the folder");
    write("authority.pem".into(), &authority_pem());
    for options in every_option() {
        let shape = shape(&options);
        for &kind in Kind::ALL {
            write(format!("{shape}-{kind}.xml"), &signed(&document(kind), &options));
        }
        for (number, xml) in ODD_DOCUMENTS.iter().enumerate() {
            write(format!("{shape}-odd-{number}.xml"), &signed(xml, &options));
        }
    }
    let mut runner = TestRunner::deterministic();
    for number in 0..RANDOM_DOCUMENTS {
        let drawn = (any_document(Oddities::All), any_method()).new_tree(&mut runner).expect("a document").current();
        let (xml, method) = drawn;
        let prefixes =
            method.inclusive_prefixes.iter().map(|prefix| if prefix.is_empty() { "#default" } else { prefix });
        let prefixes = prefixes.collect::<Vec<_>>().join(" ");
        write(format!("{number}.method"), &format!("{} {} {prefixes}", method.exclusive, method.comments));
        write(format!("{number}.c14n"), &ours(&xml, &method));
        write(format!("{number}.random"), &xml);
    }
}

fn shape(options: &SignOptions) -> String {
    format!("{:?}-{:?}", options.profile, options.digest).to_lowercase()
}
