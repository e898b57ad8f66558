using Microsoft.AspNetCore.Http;

namespace SSAH.MLNet.Cli.Serve.Http;

/// <summary>Stands before everything else: other pages and requests without the token get no further; every answer has headers that browsers obey.</summary>
/// <param name="next">The rest of the pipeline.</param>
/// <param name="access">The token, if there is one.</param>
internal sealed class RequestGuard(RequestDelegate next, AccessGate access)
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; base-uri 'none'; "
        + "form-action 'self'; frame-ancestors 'none'";

    public Task InvokeAsync(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (RequestOrigin.Problem(context.Request, anyHost: access.Token is not null) is { } problem)
            throw new RequestRefusedException(StatusCodes.Status403Forbidden, problem);
        if (access.Token is { } token && !IsOpen(context) && !token.IsIn(context.Request))
        {
            headers.WWWAuthenticate = "Bearer";
            throw new RequestRefusedException(StatusCodes.Status401Unauthorized, "This service asks for its token: Authorization: Bearer TOKEN.");
        }
        return next(context);
    }

    // The page asks for the token itself; monitors have none.
    private static bool IsOpen(HttpContext context) => context.GetEndpoint()?.Metadata.GetMetadata<OpenToAll>() is not null;
}

/// <summary>The token that requests must bring, or none.</summary>
/// <param name="Token">The token.</param>
internal sealed record AccessGate(AccessToken? Token);

/// <summary>Marks what is answered without the token.</summary>
internal sealed record OpenToAll;
