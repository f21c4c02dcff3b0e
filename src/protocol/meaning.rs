//! What a provider's refusal means: understood once here, and told by the gateway, the probe and the doctor.

use super::wording::{Phrases, says};

/// Why a provider refuses, as far as a person can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// The provider does not know the key.
    WrongKey,
    /// The key's time is over.
    KeyExpired,
    /// The key was switched off, by its owner or by the provider.
    KeyDisabled,
    /// The key is one for a certain tool or login, and not for the API.
    KeyKind,
    /// The key belongs to another plan or region, which has an address of its own.
    KeyElsewhere,
    /// The key is restricted, and lacks what this takes.
    KeyScope,
    /// The key is known, and the provider does not say what it lacks.
    Forbidden,
    /// The account is empty.
    NoCredit,
    /// A limit of spending or usage, set by a person, is reached.
    SpendingLimit,
    /// The plan has run out.
    PlanEnded,
    /// The account's billing is not in order.
    Unpaid,
    /// The plan does not include the model.
    PlanLacks,
    /// Too much in too short a time.
    RateLimit,
    /// One request is larger than all that the plan allows in a minute.
    OverRate,
    /// The provider does not serve the country.
    Country,
    /// The provider does not take requests from this network.
    Network,
    /// Something in front of the provider, such as a firewall, turned the request away.
    Blocked,
    /// Something is to be switched on, accepted or confirmed at the provider's first.
    Setup,
    /// The account or the organisation was disabled.
    AccountDisabled,
    /// The account has no access to the model.
    ModelAccess,
    /// The provider does not serve the model, or no longer.
    NoModel,
    /// The model takes no tools, or its server was started without them.
    NoTools,
}

/// What kind of thing helps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Another key.
    Key,
    /// Another base URL.
    Address,
    /// Another model.
    Model,
    /// Something that is done at the provider's, or another provider.
    Console,
    /// Time, or another provider.
    Time,
    /// Nothing at this provider from here: another network, or another provider.
    Elsewhere,
}

/// What providers say, the more exact before the more general. A row holds where the status is among its own; an empty
/// list stands for any refusal. Phrases are looked for in codes and words, in lower case.
#[rustfmt::skip]
const ROWS: &[(Meaning, &[u16], Phrases)] = &[
    (Meaning::Blocked, &[], &[
        // Titles of web pages: Cloudflare's, Akamai's, CloudFront's, and those of companies' filters.
        "titled `attention required!", "titled `just a moment", "titled `access denied",
        "titled `error: the request could not be satisfied", "titled `internet security by zscaler",
        "titled `fortiguard", "titled `fortinet", "titled `web filter", "titled `web page blocked",
    ]),
    (Meaning::OverRate, &[413, 429], &["request too large for*(tpm)", "request too large for*tokens per min"]),
    // OpenRouter speaks of credits here, Google of billing, whatever limit was hit.
    (Meaning::PlanLacks, &[429], &["quota exceeded for metric*limit: 0"]),
    (Meaning::RateLimit, &[429], &["free-models-per-", "quota exceeded for metric"]),
    (Meaning::PlanEnded, &[], &[
        "package has expired", "plan has expired", "plan expired", "subscription has expired", "subscription expired",
    ]),
    (Meaning::Unpaid, &[], &[
        "billing_not_active", "account is not active", "account is currently inactive", "billing_disabled",
        "requires billing to be enabled", "arrearage", "account is in good standing", "account is in arrears",
    ]),
    (Meaning::PlanLacks, &[], &[
        "subscription plan does not yet include", "plan does not include", "not included in*plan",
        "not available in your current plan",
    ]),
    (Meaning::NoCredit, &[], &[
        "insufficient_quota", "insufficient balance", "insufficient credits", "credit balance is too low",
        "available credits", "any credits", "no credit", "out of credit", "can only afford",
        // SiliconFlow, Novita, Kimi's subscription, and Zhipu with those who resell.
        "balance is insufficient", "not enough balance", "usage limit for this billing cycle", "余额不足", "欠费",
    ]),
    (Meaning::SpendingLimit, &[], &[
        "key limit exceeded", "specified api usage limits", "billing_hard_limit_reached", "billing hard limit",
        "monthly spending limit", "spending cap", "budget_exceeded", "budget has been exceeded",
        "allocationquota.freetieronly", "free tier of the model has been exhausted",
    ]),
    (Meaning::KeyKind, &[], &[
        "only authorized for use with claude code", "oauth authentication is currently not supported",
        "only available for coding agents",
    ]),
    (Meaning::KeyElsewhere, &[401, 403], &[
        "incorrect regional hostname", "incorrect_hostname", "coding plan", "token plan", "another plan",
        "different plan", "another region", "different region", "wrong region",
    ]),
    (Meaning::KeyScope, &[401, 403], &[
        "missing_scope", "missing scopes", "insufficient permissions for this operation",
        "api key does not have permission", "sufficient permissions to call", "permission is required to access this endpoint",
        "insufficient authentication scopes", "api_key_service_blocked",
    ]),
    (Meaning::Network, &[], &[
        "check your network settings", "ip_not_authorized", "api_key_ip_address_blocked", "ip address is not allow",
        "ip address not allow", "ip address is not authorized",
    ]),
    (Meaning::Country, &[], &[
        "unsupported_country_region_territory", "country, region, or territory not supported",
        "user location is not supported", "not available in your country", "not available in your region",
        // Anthropic says no more than this.
        "forbidden request not allowed",
    ]),
    (Meaning::Setup, &[], &[
        "service_disabled", "has not been used in project", "model_terms_required", "requires terms acceptance",
        "organization must be verified", "matching your data policy", "use case details have not been submitted",
    ]),
    (Meaning::AccountDisabled, &[], &[
        "organization has been disabled", "account_deactivated", "account*has been deactivated",
        "account has been disabled", "account has been locked", "account has been suspended", "consumer_suspended",
        "account is locked",
    ]),
    (Meaning::KeyDisabled, &[], &[
        "reported as leaked", "key has been disabled", "key is disabled", "key has been revoked", "key is revoked",
        "key has been deactivated", "key is currently blocked", "key is blocked",
    ]),
    // Both of these say that the key is wrong or expired, which is one too many.
    (Meaning::WrongKey, &[], &["invalid access token or token expired", "invalid or may have expired"]),
    (Meaning::KeyExpired, &[400, 401, 403], &["key expired", "key has expired", "key is expired", "token expired",
        "token has expired", "expired_api_key", "api_key_expired", "expired api key", "token is expired"]),
    (Meaning::ModelAccess, &[], &[
        "does not have access to model", "have access to the model", "model.accessdenied", "model access denied",
        "access to model denied", "accessdenied.unpurchased",
    ]),
    (Meaning::NoTools, &[400, 404, 422], &[
        "does not support tools", "support tool use", "--enable-auto-tool-choice", "tool calling is not supported",
        "does not support function calling",
    ]),
    (Meaning::NoModel, &[400, 404], &[
        "model_decommissioned", "has been decommissioned", "model not exist", "unknown model", "invalid_model",
        "is not a valid model id", "model*does not exist", "not found the model",
    ]),
    // Google's way and xAI's.
    (Meaning::WrongKey, &[400], &[
        "api_key_invalid", "api key not valid", "incorrect api key",
        // LiteLLM without a database, whose own key is the only one.
        "no connected db",
    ]),
    (Meaning::NoCredit, &[429], &[
        // Anthropic, for long prompts that a plan does not cover.
        "extra usage is required", "billing", "credit", "exceeded your current quota", "exceeded_current_quota",
        "recharge", "payment",
    ]),
];

impl Meaning {
    /// Reads a status, and codes and words together.
    #[must_use]
    pub(super) fn of(status: u16, text: &str) -> Option<Self> {
        if status < 400 {
            return None;
        }
        let row = ROWS.iter().find(|(_, on, phrases)| (on.is_empty() || on.contains(&status)) && says(text, phrases));
        // What a server says of its own trouble is not about the person.
        let means = row.map(|(means, ..)| *means).filter(|means| status < 500 || *means == Self::Blocked);
        means.or(match status {
            401 => Some(Self::WrongKey),
            402 => Some(Self::NoCredit),
            403 => Some(Self::Forbidden),
            429 => Some(Self::RateLimit),
            _ => None,
        })
    }

    /// A stable name.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            Self::WrongKey => "wrong-key",
            Self::KeyExpired => "key-expired",
            Self::KeyDisabled => "key-disabled",
            Self::KeyKind => "key-kind",
            Self::KeyElsewhere => "key-elsewhere",
            Self::KeyScope => "key-scope",
            Self::Forbidden => "forbidden",
            Self::NoCredit => "no-credit",
            Self::SpendingLimit => "spending-limit",
            Self::PlanEnded => "plan-ended",
            Self::Unpaid => "unpaid",
            Self::PlanLacks => "plan-lacks",
            Self::RateLimit => "rate-limit",
            Self::OverRate => "over-rate",
            Self::Country => "country",
            Self::Network => "network",
            Self::Blocked => "blocked",
            Self::Setup => "setup",
            Self::AccountDisabled => "account-disabled",
            Self::ModelAccess => "model-access",
            Self::NoModel => "no-such-model",
            Self::NoTools => "no-tools",
        }
    }

    /// Whether another key may be the remedy, so that one that was replaced meanwhile is worth a try.
    #[must_use]
    pub const fn is_about_key(self) -> bool {
        self.is_key_refused() || matches!(self, Self::KeyScope | Self::SpendingLimit)
    }

    /// Whether the key itself is refused.
    #[must_use]
    pub const fn is_key_refused(self) -> bool {
        use Meaning::{Forbidden, KeyDisabled, KeyElsewhere, KeyExpired, KeyKind, WrongKey};
        matches!(self, WrongKey | KeyExpired | KeyDisabled | KeyKind | KeyElsewhere | Forbidden)
    }

    /// Whether it is about money, or what was bought with it: waiting a while does not help.
    #[must_use]
    pub const fn is_about_money(self) -> bool {
        matches!(self, Self::NoCredit | Self::SpendingLimit | Self::PlanEnded | Self::Unpaid)
    }

    /// What is wrong, said of a provider.
    #[must_use]
    pub fn what(self, who: &str) -> String {
        match self {
            Self::WrongKey => format!("{who} refuses the key"),
            Self::KeyExpired => format!("the key of {who} has expired"),
            Self::KeyDisabled => format!("the key of {who} was disabled"),
            Self::KeyKind => format!("the key of {who} is for a certain tool, and not for its API"),
            Self::KeyElsewhere => {
                format!("the key of {who} is one of another plan or region, which has an address of its own")
            }
            Self::KeyScope => format!("the key of {who} is restricted, and lacks a permission that this takes"),
            Self::Forbidden => format!("{who} knows the key, and does not allow it this"),
            Self::NoCredit => format!("the key of {who} works, but the account has no credit"),
            Self::SpendingLimit => format!("the key of {who} works, but a limit of spending is reached"),
            Self::PlanEnded => format!("the key of {who} works, but its plan has ended"),
            Self::Unpaid => format!("the key of {who} works, but the account's billing is not in order"),
            Self::PlanLacks => format!("the key of {who} works, but its plan does not include the model"),
            Self::RateLimit => format!("{who} limits your requests; the key works"),
            Self::OverRate => {
                format!("one request of Codex is larger than what {who} allows this account in a whole minute")
            }
            Self::Country => format!("{who} does not serve the country or network that the request came from"),
            Self::Network => format!("{who} does not take requests from the network that you are in"),
            Self::Blocked => format!("a firewall in front of {who} turns the request away"),
            Self::Setup => format!("{who} wants something to be switched on or accepted first"),
            Self::AccountDisabled => format!("{who} has disabled the account behind the key"),
            Self::ModelAccess => format!("the key of {who} works, and has no access to the model"),
            Self::NoModel => format!("{who} does not serve the model"),
            Self::NoTools => format!("the model takes no tools at {who}, and Codex needs them"),
        }
    }

    /// What there is to do about it outside of codexgw, if anything is. `link` is the place that the provider names for
    /// it, `console` the one where its keys are.
    #[must_use]
    pub fn to_do(self, link: Option<&str>, console: Option<&str>) -> Option<String> {
        let there = |what: &str| match (link, console) {
            (Some(url), _) => format!("{what}: {url}"),
            (None, Some(url)) => format!("{what} in the provider's console ({url})"),
            (None, None) => format!("{what} in the provider's console"),
        };
        Some(match self {
            Self::KeyScope => there("give the key that permission"),
            Self::NoCredit => there("add credit or look at your plan"),
            Self::SpendingLimit => there("raise the limit"),
            Self::PlanEnded => there("renew the plan"),
            Self::Unpaid => there("see to the billing"),
            Self::Setup => there("do what it asks for"),
            Self::OverRate => there("raise the account's limits"),
            Self::PlanLacks => there("take a plan that includes it"),
            Self::ModelAccess => there("ask for access to it"),
            Self::NoTools => "where the server is yours, start it with tools switched on".to_owned(),
            Self::AccountDisabled => "write to the provider's support".to_owned(),
            Self::Country => "look at where a VPN or a proxy makes it see you".to_owned(),
            Self::Network => "leave out a VPN or a proxy, or let the provider's console allow your address".to_owned(),
            Self::Blocked => "leave out a VPN or a proxy, or ask whoever runs the network".to_owned(),
            Self::WrongKey
            | Self::KeyExpired
            | Self::KeyDisabled
            | Self::KeyKind
            | Self::KeyElsewhere
            | Self::Forbidden
            | Self::RateLimit
            | Self::NoModel => return None,
        })
    }

    /// What kind of thing helps.
    #[must_use]
    pub const fn remedy(self) -> Remedy {
        match self {
            Self::WrongKey
            | Self::KeyExpired
            | Self::KeyDisabled
            | Self::KeyKind
            | Self::KeyScope
            | Self::Forbidden => Remedy::Key,
            Self::KeyElsewhere => Remedy::Address,
            Self::PlanLacks | Self::ModelAccess | Self::NoModel | Self::NoTools => Remedy::Model,
            Self::NoCredit | Self::SpendingLimit | Self::PlanEnded | Self::Unpaid | Self::Setup | Self::OverRate => {
                Remedy::Console
            }
            Self::RateLimit => Remedy::Time,
            Self::Country | Self::Network | Self::Blocked | Self::AccountDisabled => Remedy::Elsewhere,
        }
    }
}

#[cfg(test)]
#[path = "meaning_tests.rs"]
mod tests;
