//! What an applicant says about their company, checked whole: every field that will not do is named.

use std::collections::BTreeMap;

use iban::{Iban, IbanLike as _};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::account::email::EmailAddress;
use crate::country::Country;
use crate::named::named;

named! {
    /// A field of the application.
    pub enum Field {
        /// The company's legal name.
        Company = "company",
        /// Its number in the register or for taxes.
        RegistrationNumber = "registration_number",
        /// Where it is registered, ISO 3166-1 alpha-2.
        Country = "country",
        /// Its postal address.
        Address = "address",
        /// The shop's site.
        Site = "site",
        /// What it sells.
        Goods = "goods",
        /// The merchant category code (ISO 18245), four digits.
        CategoryCode = "category_code",
        /// Who answers questions.
        ContactName = "contact_name",
        /// Their e-mail.
        ContactEmail = "contact_email",
        /// Their telephone, with the country's code.
        ContactPhone = "contact_phone",
        /// The bank that payouts go to.
        BankName = "bank_name",
        /// The account there: an IBAN, or the country's own number.
        BankAccount = "bank_account",
        /// The bank's BIC (ISO 9362), or the country's own bank code.
        BankCode = "bank_code",
        /// The acquirer.
        Acquirer = "acquirer",
    }
}

/// Why a field will not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing stands there.
    Missing,
    /// More than fits, or not one line.
    TooLong,
    /// Not the country's code.
    Country,
    /// Not the address of a site with a public name.
    Site,
    /// Not four digits.
    CategoryCode,
    /// Not an e-mail address.
    Email,
    /// Not a telephone number with its country.
    Phone,
    /// Neither an IBAN that adds up nor an account's number.
    BankAccount,
    /// Neither a BIC nor a bank's number.
    BankCode,
    /// Not one of those on offer.
    Acquirer,
}

impl Fault {
    /// The name in the texts for people.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::TooLong => "too-long",
            Self::Country => "country",
            Self::Site => "site",
            Self::CategoryCode => "category-code",
            Self::Email => "email",
            Self::Phone => "phone",
            Self::BankAccount => "bank-account",
            Self::BankCode => "bank-code",
            Self::Acquirer => "acquirer",
        }
    }
}

/// A field's most characters.
const LENGTH_MAX: usize = 200;

/// An application whose fields were checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Application(BTreeMap<String, String>);

impl Application {
    /// Checks what was filled in; `offers` are the acquirers to choose from.
    ///
    /// # Errors
    ///
    /// Every field that will not do, with why.
    pub fn new(given: impl Fn(Field) -> String, offers: &[String]) -> Result<Self, Vec<(Field, Fault)>> {
        let mut faults = Vec::new();
        let mut fields = BTreeMap::new();
        for field in Field::ALL {
            let text = given(*field).trim().to_owned();
            match check(*field, &text, offers) {
                Ok(text) => drop(fields.insert(field.as_str().to_owned(), text)),
                Err(fault) => faults.push((*field, fault)),
            }
        }
        if faults.is_empty() { Ok(Self(fields)) } else { Err(faults) }
    }

    /// What stands in a field.
    #[must_use]
    pub fn field(&self, field: Field) -> &str {
        self.0.get(field.as_str()).map(String::as_str).unwrap_or_default()
    }
}

/// The field as it is kept, or why it will not do.
fn check(field: Field, text: &str, offers: &[String]) -> Result<String, Fault> {
    if text.is_empty() {
        return Err(Fault::Missing);
    }
    if text.chars().count() > LENGTH_MAX || text.chars().any(char::is_control) {
        return Err(Fault::TooLong);
    }
    let close = |text: &str| text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect::<String>();
    match field {
        Field::Company
        | Field::RegistrationNumber
        | Field::Address
        | Field::Goods
        | Field::ContactName
        | Field::BankName => Ok(text.to_owned()),
        Field::Country => {
            let country: Country = text.to_ascii_uppercase().parse().map_err(|_| Fault::Country)?;
            Ok(country.code().to_owned())
        }
        Field::Site => site(text).ok_or(Fault::Site),
        Field::CategoryCode => {
            if text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit()) {
                Ok(text.to_owned())
            } else {
                Err(Fault::CategoryCode)
            }
        }
        Field::ContactEmail => Ok(EmailAddress::new(text).map_err(|_| Fault::Email)?.as_str().to_owned()),
        Field::ContactPhone => {
            let digits = close(text);
            let rest = digits.strip_prefix('+').ok_or(Fault::Phone)?;
            // E.164: at most 15 digits behind the plus.
            let fits = (7..=15).contains(&rest.len()) && rest.bytes().all(|byte| byte.is_ascii_digit());
            if fits { Ok(digits) } else { Err(Fault::Phone) }
        }
        Field::BankAccount => bank_account(&close(text).to_ascii_uppercase()).ok_or(Fault::BankAccount),
        Field::BankCode => bank_code(&close(text).to_ascii_uppercase()).ok_or(Fault::BankCode),
        Field::Acquirer => {
            if offers.iter().any(|offer| offer == text) {
                Ok(text.to_owned())
            } else {
                Err(Fault::Acquirer)
            }
        }
    }
}

/// A site of the public web.
fn site(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let named = url.domain().is_some_and(|host| host.contains('.') && !host.ends_with(".localhost"));
    (named && url.username().is_empty() && url.password().is_none()).then(|| url.to_string())
}

/// An IBAN (ISO 13616) when it begins like one, else the account's number as the country writes it.
fn bank_account(text: &str) -> Option<String> {
    let starts = text.as_bytes().get(..4)?;
    if starts[..2].iter().all(u8::is_ascii_uppercase) && starts[2..].iter().all(u8::is_ascii_digit) {
        return text.parse::<Iban>().ok().map(|iban| iban.electronic_str().to_owned());
    }
    let fits = (8..=34).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.to_owned())
}

/// A BIC: six letters, two letters or digits, and perhaps three more; else 6 to 9 digits.
fn bank_code(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let bic = matches!(bytes.len(), 8 | 11)
        && bytes[..6].iter().all(u8::is_ascii_uppercase)
        && bytes[6..].iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    let number = (6..=9).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_digit);
    (bic || number).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn offers() -> Vec<String> {
        vec!["sandbox".to_owned()]
    }

    fn good(field: Field) -> &'static str {
        match field {
            Field::Company => "Zapatería Luna S.L.",
            Field::RegistrationNumber => "B12345678",
            Field::Country => "es",
            Field::Address => "Calle Mayor 1, Madrid",
            Field::Site => "https://luna.example",
            Field::Goods => "Shoes",
            Field::CategoryCode => "5661",
            Field::ContactName => "Ana López",
            Field::ContactEmail => "ana@luna.example",
            Field::ContactPhone => "+34 600 123 456",
            Field::BankName => "Banco de Prueba",
            Field::BankAccount => "ES91 2100 0418 4502 0005 1332",
            Field::BankCode => "CAIXESBB",
            Field::Acquirer => "sandbox",
        }
    }

    fn with(changed: Field, text: &str) -> Result<Application, Vec<(Field, Fault)>> {
        Application::new(|field| if field == changed { text.to_owned() } else { good(field).to_owned() }, &offers())
    }

    #[test]
    fn a_good_application_is_kept_in_its_normal_form() {
        let application = Application::new(|field| format!("  {} ", good(field)), &offers()).unwrap();
        assert_eq!(application.field(Field::Country), "ES");
        assert_eq!(application.field(Field::BankAccount), "ES9121000418450200051332");
        assert_eq!(application.field(Field::ContactPhone), "+34600123456");
        assert!(with(Field::BankAccount, "40702810900000000001").is_ok());
        assert!(with(Field::BankCode, "044525225").is_ok());
    }

    #[test]
    fn each_field_that_will_not_do_is_named() {
        let none = Application::new(|_| String::new(), &offers()).unwrap_err();
        assert_eq!(none, Field::ALL.iter().map(|field| (*field, Fault::Missing)).collect::<Vec<_>>());
        let wrong = [
            (Field::Country, "XX", Fault::Country),
            (Field::Site, "javascript:alert(1)", Fault::Site),
            (Field::Site, "https://localhost", Fault::Site),
            (Field::Site, "https://10.0.0.1/", Fault::Site),
            (Field::Site, "https://a:b@luna.example", Fault::Site),
            (Field::CategoryCode, "12a4", Fault::CategoryCode),
            (Field::ContactEmail, "ana", Fault::Email),
            (Field::ContactPhone, "600123456", Fault::Phone),
            (Field::BankAccount, "ES91 2100 0418 4502 0005 1333", Fault::BankAccount),
            (Field::BankAccount, "123", Fault::BankAccount),
            (Field::BankCode, "CAIX", Fault::BankCode),
            (Field::Acquirer, "other", Fault::Acquirer),
            (Field::Company, "two\nlines", Fault::TooLong),
        ];
        for (field, text, fault) in wrong {
            assert_eq!(with(field, text), Err(vec![(field, fault)]), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_check(texts in proptest::collection::vec(any::<String>(), Field::ALL.len())) {
            let given = |field: Field| texts[Field::ALL.iter().position(|known| *known == field).unwrap()].clone();
            let _ = Application::new(given, &offers());
        }
    }
}
