using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace SSAH.MLNet.Cli.Serve.Http;

/// <summary>The secret that requests bring: programs in the header <c>Authorization: Bearer</c>, the page in a cookie that is made from it.</summary>
/// <param name="token">The secret.</param>
internal sealed class AccessToken(string token)
{
    private const string Scheme = "Bearer ", CookieName = "ssah-session";
    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(token));

    // The cookie survives a restart of the service, and does not give the token away.
    private readonly string _session = Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(token), "ssah serve, session"u8));

    /// <summary>Whether a request may do what it asks for.</summary>
    public bool IsIn(HttpRequest request)
    {
        string header = request.Headers.Authorization.ToString();
        if (header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return IsRight(header[Scheme.Length..].Trim());
        return request.Cookies[CookieOf(request)] is { } cookie
            && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(cookie), Encoding.UTF8.GetBytes(_session));
    }

    /// <summary>Whether it is the secret; takes the same time for every wrong one.</summary>
    public bool IsRight(string given) => CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(given)), _hash);

    /// <summary>Lets a browser in.</summary>
    public void SignIn(HttpContext context) => context.Response.Cookies.Append(CookieOf(context.Request), _session,
        new CookieOptions { HttpOnly = true, SameSite = SameSiteMode.Strict, Secure = context.Request.IsHttps, Path = "/", IsEssential = true });

    // Cookies know no ports: two services on one machine would sign each other out.
    private static string CookieOf(HttpRequest request) => $"{CookieName}-{request.Host.Port ?? 0}";
}
