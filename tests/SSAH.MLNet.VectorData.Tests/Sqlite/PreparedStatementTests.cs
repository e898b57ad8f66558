using System.Linq.Expressions;
using SSAH.MLNet.Collections.Storage;
using SSAH.MLNet.VectorData.Records;
using SSAH.MLNet.VectorData.Sqlite;
using SSAH.MLNet.VectorData.Tests.Laws;

namespace SSAH.MLNet.VectorData.Tests.Sqlite;

/// <summary>Statements are prepared once, and filters of any number of shapes do not fill the memory with them.</summary>
public sealed class PreparedStatementTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Session_keeps_the_statements_that_were_used_last()
    {
        using Session session = Session.Open(_folder.At("any.db"), TimeSpan.FromSeconds(1), creates: true);
        int outer = 0;
        // While one is read others come and go.
        session.ForEach("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) SELECT i FROM n WHERE $1 = 1", row =>
        {
            long i = row.GetInt64(0);
            if (i % 20 == 0)
                session.Execute("SELECT 0");
            Assert.Equal(i + i, session.Number($"SELECT $1 + {i % 100}", 2 * i - i % 100));
            outer++;
        }, 1L);
        Assert.Equal(1000, outer);
        for (int i = 0; i < 1000; i++)
            Assert.Equal(i + 7, session.Number($"SELECT $1 + {i}", 7L));
        Assert.InRange(session.PreparedCount, 10, 200);
    }

    [Fact]
    public void Lists_of_many_lengths_are_few_statements()
    {
        var model = new HashModelBuilder([], []).Build(typeof(Photo), typeof(string), null, null);
        string[] texts = [.. Enumerable.Range(0, 300).Select(length => Enumerable.Range(0, length).Select(i => $"{i}").ToList()).Select(names =>
        {
            Expression<Func<Photo, bool>> filter = photo => names.Contains(photo.Name);
            return new SqliteFilter(filter, model).Text;
        })];
        Assert.InRange(texts[..257].Distinct().Count(), 5, 12);
        Assert.Equal(texts[200], texts[256]);
    }
}
