//! Execution providers: which one works here, and registering it with a session.

use ort::{
    ep::{CPU, CUDA, ExecutionProviderDispatch, TensorRT},
    session::builder::SessionBuilder,
};

use super::{
    Provider, ProviderChoice, RuntimeError,
    backend::{SharedEnvironment, one_line},
};

/// The provider that an explicit choice names; the CPU for `auto`.
pub(super) fn explicit(choice: ProviderChoice) -> Provider {
    match choice {
        ProviderChoice::Cuda => Provider::Cuda,
        ProviderChoice::TensorRt => Provider::TensorRt,
        ProviderChoice::Auto | ProviderChoice::Cpu => Provider::Cpu,
    }
}

/// Decides the provider by registering it with an empty session: being compiled in does not mean that it works.
pub(super) fn settle(
    environment: &SharedEnvironment,
    choice: ProviderChoice,
    fallbacks: &mut Vec<String>,
) -> Result<Provider, RuntimeError> {
    match choice {
        ProviderChoice::Cpu => Ok(Provider::Cpu),
        ProviderChoice::Cuda | ProviderChoice::TensorRt => {
            let provider = explicit(choice);
            try_provider(environment, provider)?;
            Ok(provider)
        }
        ProviderChoice::Auto => {
            use ort::ep::ExecutionProvider as _;
            // A library without CUDA is the usual CPU build: nothing was given up.
            if !CUDA::is_available().unwrap_or(false) {
                return Ok(Provider::Cpu);
            }
            match try_provider(environment, Provider::Cuda) {
                Ok(()) => Ok(Provider::Cuda),
                Err(error) => {
                    fallbacks.push(format!("{error}; using the CPU"));
                    Ok(Provider::Cpu)
                }
            }
        }
    }
}

fn try_provider(environment: &SharedEnvironment, provider: Provider) -> Result<(), RuntimeError> {
    let unavailable = |error: ort::Error| unavailable(provider, error.message());
    let mut builder = ort::session::Session::builder(&environment.environment).map_err(unavailable)?;
    register(&mut builder, provider)
}

/// Registers `provider`, and the CPU behind it for the nodes it cannot run.
///
/// # Errors
/// [`RuntimeError::ProviderUnavailable`]; `ort` by itself would log and carry on with the CPU.
pub(super) fn register(builder: &mut SessionBuilder, provider: Provider) -> Result<(), RuntimeError> {
    let cpu = CPU::default().build();
    let chain: Vec<ExecutionProviderDispatch> = match provider {
        Provider::Cpu => vec![cpu],
        Provider::Cuda => vec![CUDA::default().build(), cpu],
        // TensorRT hands what it cannot build an engine for to CUDA.
        Provider::TensorRt => vec![TensorRT::default().build(), CUDA::default().build(), cpu],
    };
    for entry in &chain {
        entry.register(builder).map_err(|error| unavailable(provider, error.message()))?;
    }
    Ok(())
}

fn unavailable(provider: Provider, reason: &str) -> RuntimeError {
    RuntimeError::ProviderUnavailable { provider, reason: without_source_line(&one_line(reason)).to_owned() }
}

/// ONNX Runtime begins a message with where in its sources it was written, which helps nobody who reads it.
fn without_source_line(reason: &str) -> &str {
    let Some((_, rest)) = reason.split_once("[ONNXRuntimeError] : ") else { return reason };
    match rest.splitn(3, " : ").collect::<Vec<_>>()[..] {
        // The number of the error, its name, the message.
        [number, _, message] if number.parse::<u32>().is_ok() => message,
        _ => reason,
    }
}

/// ONNX Runtime's own name of a provider.
pub(super) fn onnx_runtime_name(provider: Provider) -> &'static str {
    match provider {
        Provider::Cpu => "CPUExecutionProvider",
        Provider::Cuda => "CUDAExecutionProvider",
        Provider::TensorRt => "TensorrtExecutionProvider",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_provider_that_does_not_load_says_why_and_not_where_in_the_sources() {
        // ONNX Runtime 1.31.1 on a machine without CUDA.
        let said = "/onnxruntime_src/onnxruntime/core/session/provider_bridge_ort.cc:2043 onnxruntime::Provider& \
            onnxruntime::ProviderLibrary::Get() [ONNXRuntimeError] : 1 : FAIL : Failed to load library \
            /capi/libonnxruntime_providers_cuda.so with error: libcublasLt.so.13: cannot open shared object file: \
            No such file or directory";
        assert_eq!(
            unavailable(Provider::Cuda, said).to_string(),
            "the CUDA provider is not available: Failed to load library /capi/libonnxruntime_providers_cuda.so with \
             error: libcublasLt.so.13: cannot open shared object file: No such file or directory"
        );
        for other in ["CUDA execution provider is not enabled in this build.", "[ONNXRuntimeError] : odd"] {
            assert_eq!(without_source_line(other), other);
        }
    }
}
