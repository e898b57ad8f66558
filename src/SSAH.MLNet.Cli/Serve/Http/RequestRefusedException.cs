namespace SSAH.MLNet.Cli.Serve.Http;

/// <summary>A request that is answered with an error of the client's.</summary>
/// <param name="status">The HTTP status, 400 to 499.</param>
/// <param name="message">What is wrong and what would be right, for the client.</param>
internal sealed class RequestRefusedException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;
}
