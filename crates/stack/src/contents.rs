//! What a stack holds besides tables and buckets: keys and roles, topics, parameters, and what was sent.

use std::{collections::BTreeMap, sync::Arc};

use aws_wire::Credentials;

use crate::{
    config::{ACCOUNT, Config, Layout, REGION},
    durable,
    endpoint::Topic,
    error::StackError,
    iam::{FunctionKeys, Iam, Keys, Policy},
    messages::{DeadLetter, Journal, Message},
    ssm::{Kind, ParameterStore, PutError},
    template::{ParameterSpec, Plan},
};

pub(crate) type Roles = (BTreeMap<String, FunctionKeys>, Arc<dyn Credentials>, Iam);

pub(crate) fn roles(config: &Config, plan: &Plan) -> Result<Roles, StackError> {
    let mut credentials = Keys::new(&config.root);
    let mut iam = Iam::new(&config.root.0);
    let mut keys = BTreeMap::new();
    for function in &plan.functions {
        let policy = Policy::read(&function.statements)?;
        let pair = FunctionKeys::random();
        credentials.add(&pair);
        iam.add(
            ACCOUNT,
            &function.name,
            &function.logical_id,
            &pair.access_key,
            policy,
        );
        keys.insert(function.logical_id.clone(), pair);
    }
    Ok((keys, Arc::new(credentials), iam))
}

pub(crate) type Journals = (Arc<Journal<Message>>, Arc<Journal<DeadLetter>>);

pub(crate) fn journals(config: &Config) -> Result<Journals, StackError> {
    let folder = Layout(&config.data_dir).messages();
    let failed = |source| StackError::DataDir {
        path: folder.clone(),
        source,
    };
    durable::make_folder(&folder).map_err(failed)?;
    let outbox = Journal::open(&folder.join("outbox.jsonl")).map_err(failed)?;
    let dead_letters = Journal::open(&folder.join("dead-letters.jsonl")).map_err(failed)?;
    Ok((Arc::new(outbox), Arc::new(dead_letters)))
}

pub(crate) fn topics(plan: &Plan) -> impl Iterator<Item = Topic> {
    plan.topics.iter().map(|it| Topic {
        arn: it.arn.clone(),
        display_name: it.display_name.clone().unwrap_or_default(),
        subscriptions: it.emails.iter().map(|it| format!("email:{it}")).collect(),
    })
}

/// Opens Parameter Store, and makes the template's parameters that are not there yet.
pub(crate) async fn parameters(
    config: &Config,
    wanted: &[ParameterSpec],
) -> Result<ParameterStore, StackError> {
    let path = Layout(&config.data_dir).parameters();
    let failed = |source| StackError::DataDir {
        path: path.clone(),
        source,
    };
    let store = ParameterStore::open(&path, REGION, ACCOUNT, Arc::clone(&config.clock)).map_err(failed)?;
    for parameter in wanted {
        let kind = if parameter.kind == "StringList" {
            Kind::StringList
        } else {
            Kind::String
        };
        match store.put(&parameter.name, kind, &parameter.value, false).await {
            Ok(_) | Err(PutError::AlreadyExists) => {}
            Err(PutError::Store(source)) => return Err(failed(source)),
        }
    }
    Ok(store)
}
