using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using SSAH.MLNet.Cli.Output;

namespace SSAH.MLNet.Cli.Serve.Http;

/// <summary>Answers errors as problem details (RFC 9457); what is no fault of the client's is said on standard error too.</summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="output">Takes errors of the service.</param>
internal sealed class Problems(RequestDelegate next, CommandOutput output)
{
    private const string NoSuchType = "Send an image as image/jpeg, image/png, image/webp, image/gif, image/bmp, image/x-icon or application/octet-stream, or "
        + "as the one file of a form (multipart/form-data); JSON as application/json.";

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (context.Response is { HasStarted: false, StatusCode: >= 400, ContentLength: null, ContentType: null } response)
                await RefuseAsync(context, response.StatusCode, response.StatusCode == StatusCodes.Status415UnsupportedMediaType ? NoSuchType : null);
        }
        catch (RequestRefusedException refused)
        {
            // In whole seconds, and never at once.
            if (refused.RetryAfter is { } wait && !context.Response.HasStarted)
                context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
            await RefuseAsync(context, refused.Status, refused.Message);
        }
        catch (BadHttpRequestException bad)
        {
            await RefuseAsync(context, bad.StatusCode, bad.Message);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer.
        }
        catch (IOException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer.
        }
        catch (Exception error) when (!context.Response.HasStarted)
        {
            output.Error($"{context.Request.Method} {context.Request.Path}: {error.GetType().Name}: {error.Message}");
            await WriteAsync(context, StatusCodes.Status500InternalServerError, "The service's standard error says what went wrong.");
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string? detail)
    {
        ServeTelemetry.CountRefusal(status);
        return WriteAsync(context, status, detail);
    }

    private static async Task WriteAsync(HttpContext context, int status, string? detail)
    {
        if (context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;
        context.Response.StatusCode = status;
        await Results.Problem(detail, statusCode: status, title: ReasonPhrases.GetReasonPhrase(status)).ExecuteAsync(context);
    }
}
