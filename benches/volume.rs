//! Many documents: rates of import and signature, database size, memory, times to look at them.
//! `CR_EINVOICE_BENCH_DOCUMENTS=100000 cargo bench --bench volume`; some minutes and 3 GB in the temporary folder.

use std::fs;

use installation::{Installation, Ran, bare_rsa_rate};

mod installation;

const LINES: usize = 5;
const LONG_LINES: usize = 1000;
const LONG_DOCUMENTS: usize = 400;

fn main() {
    let variable = std::env::var("CR_EINVOICE_BENCH_DOCUMENTS");
    let documents = variable.map_or(10_000, |text| text.parse().expect("a number"));
    let bare = bare_rsa_rate();
    println!("bare RSA-2048 on all cores: {bare:.0} a second\n");
    for documents in [documents / 10, documents] {
        measure(documents, LINES, bare);
    }
    measure(LONG_DOCUMENTS, LONG_LINES, bare);
}

fn measure(documents: usize, lines: usize, bare: f64) {
    let installation = Installation::new("");
    let size = installation.write_documents(1, documents, lines);
    println!("{documents} invoices of {lines} lines, {size} bytes each");
    let folder = installation.path("documents");
    let import = installation.run(&["-q", "import", folder.to_str().expect("UTF-8")]);
    println!("  import                {}", rate(documents, &import));
    let drafts = database_bytes(&installation);
    let half = documents / 2;
    let sign = installation.run(&["-q", "sign", "--no-validate", "--limit", &half.to_string()]);
    println!("  sign, not validated   {}", share_of(bare, half, &sign));
    let sign = installation.run(&["-q", "sign"]);
    println!("  sign, validated       {}", share_of(bare, documents - half, &sign));
    let each = |bytes: u64| bytes / documents as u64;
    println!(
        "  database              {} bytes a draft, {} a signed one",
        each(drafts),
        each(database_bytes(&installation))
    );
    let consecutivo = format!("0010000101{:010}", documents / 2);
    for look in [
        &["list"][..],
        &["list", "--search", "no hit"],
        &["list", "--receptor", "no hit"],
        &["list", "--limit", "0", "--json"],
        &["show", &consecutivo],
        &["stats"],
        &["doctor", "--offline"],
        &["doctor", "--offline", "--full"],
    ] {
        let ran = installation.run(look);
        println!("  {:<28} {:>6.1} ms, {} MB", look.join(" "), ran.time.as_secs_f64() * 1e3, ran.peak_kib / 1024);
    }
    println!();
}

fn share_of(bare: f64, documents: usize, ran: &Ran) -> String {
    let share = 100.0 * documents as f64 / ran.time.as_secs_f64() / bare;
    format!("{}, {share:.0} % of bare RSA", rate(documents, ran))
}

fn rate(documents: usize, ran: &Ran) -> String {
    let a_second = documents as f64 / ran.time.as_secs_f64();
    format!("{a_second:>6.0} a second, {:>5.1} s, at most {} MB", ran.time.as_secs_f64(), ran.peak_kib / 1024)
}

fn database_bytes(installation: &Installation) -> u64 {
    fs::metadata(installation.path("cr-einvoice.db")).expect("the database").len()
}
