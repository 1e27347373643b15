use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

fn sample(name: &str) -> Vec<u8> {
    let read = |folder: &str| fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name)).ok();
    read("examples/documents")
        .or_else(|| read("tests/fixtures/documents"))
        .unwrap_or_else(|| panic!("no sample {name}"))
}

fn figures(xml: &[u8]) -> Figures {
    View::read(xml).unwrap().figures()
}

fn amount(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// A row as a line of text: tax, tariff, rate, class, sort; then gross, discounts, base, tax, exonerated, assumed, net.
fn shown(row: &TaxRow) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or("-".into());
    let rate = row.rate.map_or("-".into(), |rate| rate.to_string());
    let supply = row.supply.map_or("-", Named::name);
    let key = format!("{} {} {rate} {} {supply}:", text(&row.code), text(&row.rate_code), row.class);
    let amounts = [row.gross, row.discounts, row.base, row.tax, row.exonerated, row.assumed, row.net()];
    amounts.iter().fold(key, |line, amount| format!("{line} {}", amount.normalize()))
}

fn rows(name: &str) -> Vec<String> {
    figures(&sample(name)).rows.iter().map(shown).collect()
}

#[test]
fn lines_are_summed_by_tax_rate_and_class() {
    assert_eq!(
        rows("fe-exonerada.xml"),
        [
            "01 08 13 taxed services: 24230.76923 0 24230.76923 3150 0 0 3150",
            "01 08 13 exonerated goods: 12507.5 0 12507.5 1625.975 1625.975 0 0",
            "01 08 13 exonerated services: 38769.23077 0 38769.23077 5040 5040 0 0",
        ],
        "the exonerated share is MontoExoneracion / Monto"
    );
    assert_eq!(
        rows("fe-surtido.xml"),
        ["01 02 1 taxed goods: 1000 0 1000 10 0 0 10", "01 08 13 taxed goods: 2000 0 2000 260 0 0 260",],
        "an assortment is taxed at the tariffs of its components"
    );
    assert_eq!(
        rows("fe-regalia.xml"),
        ["01 08 13 taxed goods: 10000 10000 0 1300 0 1300 0", "01 08 13 taxed services: 20000 0 20000 2600 0 0 2600",],
        "the tax on a gift is assumed by the issuer"
    );
    assert_eq!(rows("nc-v4.3.xml"), ["01 08 13 taxed goods: 1000 0 1000 130 0 0 130"]);
    assert!(rows("te-solo-cargos.xml").is_empty());
    assert!(rows("fee.xml").iter().all(|row| row.contains(" export ")), "{:?}", rows("fee.xml"));
}

#[test]
fn every_sample_agrees_with_its_own_summary() {
    let names = [
        "fe.xml",
        "fe-exonerada.xml",
        "fe-surtido.xml",
        "fe-regalia.xml",
        "fe-impuestos-especiales.xml",
        "te.xml",
        "te-solo-cargos.xml",
        "nc.xml",
        "nd.xml",
        "nc-financiera.xml",
        "nc-v4.3.xml",
        "nd-v4.3.xml",
        "fec.xml",
        "fee.xml",
        "rep.xml",
    ];
    for name in names {
        let xml = sample(name);
        let view = View::read(&xml).unwrap();
        let figures = view.figures();
        let add = |sum: Decimal, row: &TaxRow| sum + row.net();
        let net = figures.rows.iter().fold(Decimal::ZERO, add);
        assert_eq!(net, figures.total_tax.unwrap_or_default(), "{name}: TotalImpuesto");
        let mut by_tariff: BTreeMap<(Option<&str>, Option<&str>), Decimal> = BTreeMap::new();
        for row in &figures.rows {
            *by_tariff.entry((row.code.as_deref(), row.rate_code.as_deref())).or_default() += row.net();
        }
        for told in view.root().child("ResumenFactura").unwrap().all("TotalDesgloseImpuesto") {
            let key = (told.text_of("Codigo"), told.text_of("CodigoTarifaIVA"));
            let found = by_tariff.get(&key).copied();
            assert_eq!(found, told.amount_of("TotalMontoImpuesto"), "{name}: TotalDesgloseImpuesto {key:?}");
        }
        let lines: Vec<_> = view.root().lines().collect();
        let total = |name: &str| lines.iter().map(|line| line.amount_or_zero(name)).sum::<Decimal>();
        assert_eq!(figures.rows.iter().map(|row| row.gross).sum::<Decimal>(), total("MontoTotal"), "{name}");
        let to_pay: Decimal = figures.rows.iter().map(|row| row.gross - row.discounts + row.net()).sum();
        let total = to_pay + figures.other_charges - figures.returned_iva;
        assert_eq!(Some(total), figures.total, "{name}: TotalComprobante");
    }
}

#[test]
fn the_facts_of_the_document_stand_beside_its_rows() {
    let fee = figures(&sample("fee.xml"));
    assert_eq!((fee.currency.as_str(), fee.exchange_rate.is_some_and(|rate| rate > Decimal::ONE)), ("USD", true));
    assert_eq!(fee.emisor_activity.as_ref().map(String::len), Some(6));
    let rep = figures(&sample("rep.xml"));
    assert!(matches!(rep.sale_condition.as_deref(), Some("09" | "11")), "{:?}", rep.sale_condition);
    let note = figures(&sample("nc-v4.3.xml"));
    assert_eq!(note.emisor_activity.as_deref(), Some("469001"));
    assert_eq!(note.counts_on, NaiveDate::from_ymd_opt(2025, 10, 3), "a note counts in its own month");
    let message = figures(&sample("mensaje-parcial.xml"));
    assert_eq!((message.total_tax, message.total), (Some(amount("2600")), Some(amount("22600"))));
    assert_eq!(message.receptor_activity.as_deref(), Some("4690.1"));
    let confirmation = message.confirmation.unwrap();
    assert_eq!((confirmation.condition.as_deref(), confirmation.creditable), (Some("01"), None));
    assert!(message.rows.is_empty() && figures(&sample("fe.xml")).confirmation.is_none());
}

#[test]
fn what_stands_for_another_document_counts_on_its_day() {
    let xml = String::from_utf8(sample("nc.xml")).unwrap();
    let own = figures(xml.as_bytes()).counts_on.unwrap();
    let at = xml.rfind("<Codigo>").unwrap() + "<Codigo>".len();
    let with = |code: &str| format!("{}{code}{}", &xml[..at], &xml[at + 2..]);
    let day = |text: &str| text.split("<FechaEmisionIR>").nth(1).unwrap()[..10].parse::<NaiveDate>().unwrap();
    assert_ne!(own, day(&xml), "the sample refers to another day");
    for material in ["13", "14", "15"] {
        assert_eq!(figures(with(material).as_bytes()).counts_on, Some(day(&xml)), "{material}");
    }
    for plain in ["01", "02", "06", "12"] {
        assert_eq!(figures(with(plain).as_bytes()).counts_on, Some(own), "{plain}");
    }
    let written = content(&xml, "FechaEmision");
    let at_night = figures(xml.replacen(&written, "2026-12-01T05:59:59Z", 1).as_bytes());
    assert_eq!(at_night.counts_on, NaiveDate::from_ymd_opt(2026, 11, 30), "it is still November in Costa Rica");
    let past_month = xml.replacen(&format!("<TipoDocIR>{}", content(&xml, "TipoDocIR")), "<TipoDocIR>13", 1);
    assert_eq!(figures(past_month.as_bytes()).counts_on, Some(day(&xml)));
    let clave = content(&xml, "Clave");
    let contingency = with("05").replacen(&clave, &format!("{}2{}", &clave[..41], &clave[42..]), 1);
    assert_eq!(figures(contingency.as_bytes()).counts_on, Some(day(&xml)));
    assert_eq!(figures(with("05").as_bytes()).counts_on, Some(own), "only a clave of situation 2 is of a contingency");
}

/// What stands in the first element of a name.
fn content(xml: &str, name: &str) -> String {
    xml.split(&format!("<{name}>")).nth(1).unwrap().split('<').next().unwrap().to_owned()
}

#[test]
fn a_credit_on_an_export_is_one() {
    let line = "<LineaDetalle><CodigoCABYS>2132100000100</CodigoCABYS><MontoTotal>10</MontoTotal><SubTotal>10</SubTotal>\
                <Impuesto><Codigo>01</Codigo><CodigoTarifaIVA>10</CodigoTarifaIVA><Tarifa>0</Tarifa><Monto>0</Monto>\
                </Impuesto></LineaDetalle>";
    let of = |kind: &str| {
        let clave = format!("50602022600310199988800100001{kind}0000000044140506070");
        let reference = format!("<InformacionReferencia><Numero>{clave}</Numero></InformacionReferencia>");
        figures(note(line, &reference).as_bytes()).rows[0].class
    };
    assert_eq!((of("09"), of("01")), (TaxClass::Export, TaxClass::Exempt));
}

#[test]
fn odd_lines_count_as_they_are() {
    let shown_of = |line: &str| {
        let xml = note(&format!("<LineaDetalle>{line}</LineaDetalle>"), "");
        figures(xml.as_bytes()).rows.iter().map(shown).collect::<Vec<_>>()
    };
    let iva = |tariff: &str, rest: &str| {
        format!("<Impuesto><Codigo>01</Codigo><CodigoTarifaIVA>{tariff}</CodigoTarifaIVA>{rest}</Impuesto>")
    };
    let base = "<MontoTotal>100</MontoTotal><SubTotal>100</SubTotal>";
    assert_eq!(shown_of(base), ["- - - unspecified -: 100 0 100 0 0 0 0"]);
    for (tariff, class) in [("01", "not_subject"), ("11", "not_subject"), ("10", "exempt"), ("05", "taxed")] {
        let line = format!("{base}{}", iva(tariff, "<Tarifa>0.00</Tarifa><Monto>0</Monto>"));
        assert_eq!(shown_of(&line), [format!("01 {tariff} 0 {class} -: 100 0 100 0 0 0 0")]);
    }
    let at_factory = "<Impuesto><Codigo>05</Codigo><Monto>7</Monto></Impuesto>\
                      <ImpuestoAsumidoEmisorFabrica>7</ImpuestoAsumidoEmisorFabrica>";
    let line = format!("{base}{}{at_factory}", iva("08", "<Tarifa>13.0</Tarifa><Monto>13</Monto>"));
    assert_eq!(shown_of(&line), ["01 08 13 taxed -: 100 0 100 13 0 0 13", "05 - - other -: 0 0 0 7 0 7 0"]);
    let foreign = "<x:Impuesto xmlns:x='urn:x'><x:Codigo>01</x:Codigo><x:Monto>9</x:Monto></x:Impuesto>";
    assert_eq!(shown_of(&format!("{base}{foreign}")), ["- - - unspecified -: 100 0 100 0 0 0 0"]);
    let huge = "9".repeat(28);
    let line = format!("<MontoTotal>{huge}</MontoTotal><SubTotal>-{huge}</SubTotal>{}", {
        let exoneration = "<Exoneracion><MontoExoneracion>3</MontoExoneracion></Exoneracion>";
        iva("08", &format!("<Tarifa>13</Tarifa><Monto>{huge}</Monto>{exoneration}"))
    });
    assert_eq!(shown_of(&line.repeat(3)).len(), 2, "no amount is too large to be added");
}

/// A credit note around lines and references.
fn note(lines: &str, references: &str) -> String {
    format!(
        "<NotaCreditoElectronica xmlns='https://cdn.comprobanteselectronicos.go.cr/xml-schemas/v4.4/notaCreditoElectronica'>\
         <DetalleServicio>{lines}</DetalleServicio>{references}</NotaCreditoElectronica>"
    )
}

/// A line in units of 0.00001.
#[derive(Debug, Clone)]
struct Drawn {
    tariff: &'static str,
    gross: i128,
    discount: i128,
    tax: i128,
    exonerated: i128,
    other: i128,
    assumed: i128,
    service: bool,
}

fn money(units: i128) -> String {
    format!("{}.{:05}", units / 100_000, units % 100_000)
}

fn drawn() -> impl Strategy<Value = Drawn> {
    let tariffs = prop::sample::select(vec!["01", "02", "04", "08", "10", "11"]);
    let most = 9_999_999_999_i128;
    (tariffs, 0..=most, 0..=100u8, 0..=most / 7, 0..=100u8, 0..=most / 9, 0..3u8, any::<bool>()).prop_map(
        |(tariff, gross, discount, tax, exonerated, other, assumed, service)| {
            let taxed = !matches!(tariff, "01" | "10" | "11");
            let tax = if taxed { tax } else { 0 };
            // Half of the lines are not exonerated, a few are whole.
            let exonerated = tax * i128::from(exonerated.saturating_sub(50) * 2) / 100;
            let other = if other % 3 == 0 { other } else { 0 };
            let assumed = [0, other, tax - exonerated][usize::from(assumed)];
            Drawn {
                tariff,
                gross,
                discount: gross * i128::from(discount) / 100,
                tax,
                exonerated,
                other,
                assumed,
                service,
            }
        },
    )
}

impl Drawn {
    fn rate(&self) -> u8 {
        match self.tariff {
            "02" => 1,
            "04" => 4,
            "08" => 13,
            _ => 0,
        }
    }

    fn xml(&self) -> String {
        let cabys = if self.service { "8314100000000" } else { "2132100000100" };
        let (base, rate, tariff) = (money(self.gross - self.discount), self.rate(), self.tariff);
        let exoneration =
            format!("<Exoneracion><MontoExoneracion>{}</MontoExoneracion></Exoneracion>", money(self.exonerated));
        let exoneration = if self.exonerated > 0 { exoneration } else { String::new() };
        let other = format!("<Impuesto><Codigo>06</Codigo><Monto>{}</Monto></Impuesto>", money(self.other));
        let other = if self.other > 0 { other } else { String::new() };
        format!(
            "<LineaDetalle><CodigoCABYS>{cabys}</CodigoCABYS><MontoTotal>{}</MontoTotal><Descuento><MontoDescuento>{}\
             </MontoDescuento></Descuento><SubTotal>{base}</SubTotal><BaseImponible>{base}</BaseImponible>{other}<Impuesto>\
             <Codigo>01</Codigo><CodigoTarifaIVA>{tariff}</CodigoTarifaIVA><Tarifa>{rate}.00</Tarifa><Monto>{}</Monto>\
             {exoneration}</Impuesto><ImpuestoAsumidoEmisorFabrica>{}</ImpuestoAsumidoEmisorFabrica></LineaDetalle>",
            money(self.gross),
            money(self.discount),
            money(self.tax),
            money(self.assumed),
        )
    }
}

/// `whole × part / of`, half up, in units.
fn share(whole: i128, part: i128, of: i128) -> i128 {
    (2 * whole * part + of) / (2 * of)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// The rows again, in integers and line by line.
    #[test]
    fn rows_are_the_lines_again(lines in prop::collection::vec(drawn(), 0..8)) {
        let xml = note(&lines.iter().map(Drawn::xml).collect::<String>(), "");
        // Class and sort, and of the IVA: tariff, base, tax, exonerated, gross.
        let mut expected: BTreeMap<(String, TaxClass, Supply), [i128; 5]> = BTreeMap::new();
        let (mut net, mut assumed) = (0, 0);
        for line in &lines {
            net += line.tax - line.exonerated + line.other - line.assumed;
            assumed += line.assumed;
            let supply = if line.service { Supply::Services } else { Supply::Goods };
            let class = match line.tariff {
                "10" => TaxClass::Exempt,
                "01" | "11" => TaxClass::NotSubject,
                _ => TaxClass::Taxed,
            };
            let base = line.gross - line.discount;
            let mut add = |class, amounts: [i128; 5]| {
                let sums = expected.entry((line.tariff.to_owned(), class, supply)).or_default();
                sums.iter_mut().zip(amounts).for_each(|(sum, amount)| *sum += amount);
            };
            if line.exonerated == 0 {
                add(class, [base, line.tax, 0, line.gross, line.discount]);
            } else {
                let part = |whole| share(whole, line.exonerated, line.tax);
                let (free_base, free_gross, free_discount) = (part(base), part(line.gross), part(line.discount));
                add(TaxClass::Exonerated, [free_base, line.exonerated, line.exonerated, free_gross, free_discount]);
                if line.exonerated < line.tax {
                    let tax = line.tax - line.exonerated;
                    add(class, [base - free_base, tax, 0, line.gross - free_gross, line.discount - free_discount]);
                }
            }
        }
        let figures = figures(xml.as_bytes());
        let units = |amount: Decimal| (amount * Decimal::from(100_000)).to_string().parse::<Decimal>().unwrap().trunc().mantissa();
        let mut found = BTreeMap::new();
        for row in figures.rows.iter().filter(|row| row.class != TaxClass::Other) {
            let key = (row.rate_code.clone().unwrap(), row.class, row.supply.unwrap());
            let sums = [row.base, row.tax, row.exonerated, row.gross, row.discounts].map(units);
            prop_assert!(found.insert(key, sums).is_none(), "a row stands twice");
        }
        prop_assert_eq!(found, expected);
        prop_assert_eq!(figures.rows.iter().map(|row| units(row.net())).sum::<i128>(), net);
        prop_assert_eq!(figures.rows.iter().map(|row| units(row.assumed)).sum::<i128>(), assumed);
        let other: i128 = lines.iter().map(|line| line.other).sum();
        let taxed: i128 = figures.rows.iter().filter(|row| row.class == TaxClass::Other).map(|row| units(row.tax)).sum();
        prop_assert_eq!(taxed, other);
    }

    /// Parts of an assortment are the components' and add up to the line.
    #[test]
    fn an_assortment_loses_nothing(prices in prop::collection::vec(0..9_999_999i128, 1..6), tax in 0..9_999_999i128) {
        let components: String = prices
            .iter()
            .enumerate()
            .map(|(index, price)| {
                let (tariff, price) = (["02", "04", "08"][index % 3], money(*price));
                format!(
                    "<LineaDetalleSurtido><MontoTotalSurtido>{price}</MontoTotalSurtido><SubTotalSurtido>{price}</SubTotalSurtido>\
                     <ImpuestoSurtido><CodigoImpuestoSurtido>01</CodigoImpuestoSurtido><CodigoTarifaIVASurtido>{tariff}\
                     </CodigoTarifaIVASurtido><MontoImpuestoSurtido>{price}</MontoImpuestoSurtido></ImpuestoSurtido>\
                     </LineaDetalleSurtido>"
                )
            })
            .collect();
        let gross = 3 * prices.iter().sum::<i128>();
        let line = format!(
            "<LineaDetalle><DetalleSurtido>{components}</DetalleSurtido><MontoTotal>{0}</MontoTotal><SubTotal>{0}</SubTotal>\
             <Impuesto><Codigo>01</Codigo><Monto>{1}</Monto></Impuesto></LineaDetalle>",
            money(gross),
            money(tax)
        );
        let rows = figures(note(&line, "").as_bytes()).rows;
        prop_assert_eq!(rows.iter().map(|row| row.gross).sum::<Decimal>(), amount(&money(gross)));
        prop_assert_eq!(rows.iter().map(|row| row.base).sum::<Decimal>(), amount(&money(gross)));
        prop_assert_eq!(rows.iter().map(|row| row.tax).sum::<Decimal>(), amount(&money(tax)));
        for (index, tariff) in ["02", "04", "08"].into_iter().enumerate() {
            let own: i128 = prices.iter().skip(index).step_by(3).sum();
            let found: Decimal =
                rows.iter().filter(|row| row.rate_code.as_deref() == Some(tariff)).map(|row| row.gross).sum();
            prop_assert_eq!(found, amount(&money(3 * own)), "an exact multiple stays exact");
        }
    }
}
