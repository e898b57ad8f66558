namespace SSAH.MLNet.Collections.Storage;

/// <summary>A part of a root: the root itself, or a folder below it.</summary>
/// <param name="Root">The root.</param>
/// <param name="Prefix">What the paths of the part begin with; empty for all.</param>
internal sealed record RootPart(Root Root, string Prefix)
{
    /// <summary>Condition on the rows of table image; '0' is the character after '/', which the prefix ends with.</summary>
    public const string Condition = "root = $1 AND ($2 = '' OR (path >= $2 AND path < $3))";

    /// <summary>The values of <see cref="Condition"/>.</summary>
    public object[] Values => [Root.Key, Prefix, Prefix.Length == 0 ? "" : Prefix[..^1] + "0"];

    /// <summary>
    /// The part that a folder is. A folder that lies in no root becomes one and takes over the roots and images below it, so that a file has one place only.
    /// </summary>
    public static RootPart Claim(Session session, string folder)
    {
        lock (session.Gate)
        {
            if (PartOf(Root.All(session), folder) is { } part)
                return part;
        }
        return Revision.Write(session, revision =>
        {
            List<Root> roots = Root.All(session);
            // Another program may have done it meanwhile.
            if (PartOf(roots, folder) is { } part)
                return part;
            var root = new Root(session.Number("INSERT INTO root (path) VALUES ($1) RETURNING id", folder), folder);
            foreach (Root below in roots.Where(each => each.IsBelow(folder)))
            {
                foreach (long id in session.Query("SELECT id FROM image WHERE root = $1", reader => reader.GetInt64(0), below.Key))
                    revision.Touching(id);
                session.Execute("UPDATE image SET root = $1, path = $2 || path WHERE root = $3", root.Key, root.RelativePathOf(below.Path) + "/", below.Key);
                session.Execute("DELETE FROM root WHERE id = $1", below.Key);
            }
            foreach ((long id, string path) in session.Query("SELECT id, path FROM image WHERE root = $1",
                reader => (reader.GetInt64(0), reader.GetString(1)), Schema.NoRoot))
            {
                if (root.RelativePathOf(Root.FullPathOf("", path)) is not { Length: > 0 } relative)
                    continue;
                revision.Touching(id);
                session.Execute("UPDATE image SET root = $2, path = $3 WHERE id = $1", id, root.Key, relative);
            }
            return new RootPart(root, "");
        });
    }

    private static RootPart? PartOf(List<Root> roots, string folder)
    {
        Root above = Root.Of(roots, folder);
        return above.Key == Schema.NoRoot ? null : new RootPart(above, above.RelativePathOf(folder) is { Length: > 0 } relative ? relative + "/" : "");
    }
}
