using SSAH.MLNet.Collections.Searching;

namespace SSAH.MLNet.Collections;

/// <summary>
/// Says which images of a collection are meant. Filters are combined by <c>&amp;</c>, <c>|</c> and <c>!</c>; the collection answers them in SQL. Immutable.
/// </summary>
public sealed class ImageFilter
{
    private readonly Func<FilterSql, string> _write;

    private ImageFilter(Func<FilterSql, string> write) => _write = write;

    /// <summary>Images without any label.</summary>
    public static ImageFilter Unlabeled { get; } = new(_ => "NOT EXISTS (SELECT 1 FROM label l WHERE l.image = i.id)");

    /// <summary>Images that have a label.</summary>
    /// <param name="label">The label, compared by ordinal.</param>
    public static ImageFilter WithLabel(string label)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(label);
        return new(sql => $"i.id IN (SELECT image FROM label WHERE label = {sql.Value(label)})");
    }

    /// <summary>Images below a folder.</summary>
    /// <param name="folder">The folder; a relative path is taken from the current one.</param>
    public static ImageFilter Below(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        string full = Path.GetFullPath(folder);
        return new(sql => sql.Below(full));
    }

    /// <summary>Images of these ids.</summary>
    /// <param name="ids">The ids; copied.</param>
    public static ImageFilter WithId(params IEnumerable<long> ids)
    {
        ArgumentNullException.ThrowIfNull(ids);
        string list = System.Text.Json.JsonSerializer.Serialize(ids);
        return new(sql => $"i.id IN (SELECT value FROM json_each({sql.Value(list)}))");
    }

    /// <summary>Images at least this large, upright.</summary>
    /// <param name="width">Least width in pixels.</param>
    /// <param name="height">Least height in pixels.</param>
    public static ImageFilter AtLeast(int width, int height) => new(sql => $"(i.width >= {sql.Value(width)} AND i.height >= {sql.Value(height)})");

    /// <summary>Images whose file was written at a time or later.</summary>
    /// <param name="time">The time; one without a kind is taken as UTC.</param>
    public static ImageFilter WrittenSince(DateTime time) =>
        new(sql => $"i.time >= {sql.Value((time.Kind == DateTimeKind.Local ? time.ToUniversalTime() : time).Ticks)}");

    /// <summary>Images that both filters mean.</summary>
    public static ImageFilter operator &(ImageFilter left, ImageFilter right) => And(left, right);

    /// <summary>Images that one of the filters means, or both.</summary>
    public static ImageFilter operator |(ImageFilter left, ImageFilter right) => Or(left, right);

    /// <summary>All other images.</summary>
    public static ImageFilter operator !(ImageFilter filter) => Not(filter);

    /// <summary>Images that both filters mean.</summary>
    public static ImageFilter And(ImageFilter left, ImageFilter right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new(sql => $"({left._write(sql)} AND {right._write(sql)})");
    }

    /// <summary>Images that one of the filters means, or both.</summary>
    public static ImageFilter Or(ImageFilter left, ImageFilter right)
    {
        ArgumentNullException.ThrowIfNull(left);
        ArgumentNullException.ThrowIfNull(right);
        return new(sql => $"({left._write(sql)} OR {right._write(sql)})");
    }

    /// <summary>All other images.</summary>
    public static ImageFilter Not(ImageFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        return new(sql => $"NOT {filter._write(sql)}");
    }

    internal string Write(FilterSql sql) => _write(sql);
}
