namespace SSAH.MLNet.VectorData.Filters;

/// <summary>Names of tables and columns in SQL: whatever the user calls them, they are names and nothing else.</summary>
internal static class SqlName
{
    public static string Of(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
