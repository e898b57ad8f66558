using Microsoft.ML.OnnxRuntime;

namespace SSAH.MLNet.Onnx;

/// <summary>One run of a network, which ends at its next operator when it is canceled: a batch of a large network takes seconds.</summary>
internal sealed class CancelableRun : IDisposable
{
    private readonly RunOptions _options = new();
    private readonly CancellationToken _token;
    private readonly CancellationTokenRegistration _registration;

    public CancelableRun(CancellationToken token)
    {
        _token = token;
        _registration = token.UnsafeRegister(static options => ((RunOptions)options!).Terminate = true, _options);
    }

    /// <summary>Runs.</summary>
    /// <exception cref="OperationCanceledException">The token was canceled.</exception>
    /// <exception cref="OnnxRuntimeException">The network fails.</exception>
    public void Of(InferenceSession session, IReadOnlyCollection<string> inputNames, IReadOnlyCollection<OrtValue> inputs,
        IReadOnlyCollection<string> outputNames, IReadOnlyCollection<OrtValue> outputs)
    {
        _token.ThrowIfCancellationRequested();
        try
        {
            session.Run(_options, inputNames, inputs, outputNames, outputs);
        }
        catch (OnnxRuntimeException) when (_token.IsCancellationRequested)
        {
            throw new OperationCanceledException(_token);
        }
    }

    // The registration first: it waits for a call that is setting the option.
    public void Dispose()
    {
        _registration.Dispose();
        _options.Dispose();
    }
}
