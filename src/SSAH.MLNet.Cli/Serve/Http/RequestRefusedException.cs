namespace SSAH.MLNet.Cli.Serve.Http;

/// <summary>A request that is answered with an error of the client's, or is one too many.</summary>
/// <param name="status">The HTTP status, 400 to 499, or 503 where the service is busy.</param>
/// <param name="message">What is wrong and what would be right, for the client.</param>
/// <param name="retryAfter">When the same request is worth sending again; null where it is not.</param>
internal sealed class RequestRefusedException(int status, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    public int Status { get; } = status;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}
