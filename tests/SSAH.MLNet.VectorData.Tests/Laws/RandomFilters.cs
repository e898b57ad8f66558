using System.Linq.Expressions;

namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>Random filters over photos, made of single conditions by and, or and not.</summary>
internal sealed class RandomFilters(Photos photos)
{
    public Expression<Func<Photo, bool>> Next(int depth = 3)
    {
        if (depth == 0 || photos.Below(4) == 0)
            return Leaf();
        Expression<Func<Photo, bool>> left = Next(depth - 1);
        ParameterExpression record = left.Parameters[0];
        Expression right = new Renamed(record).Visit(Next(depth - 1).Body);
        return Expression.Lambda<Func<Photo, bool>>(photos.Below(3) switch
        {
            0 => Expression.AndAlso(left.Body, right),
            1 => Expression.OrElse(left.Body, right),
            _ => Expression.Not(left.Body),
        }, record);
    }

    private Expression<Func<Photo, bool>> Leaf()
    {
        int number = photos.Below(4), year = 2000 + photos.Below(4);
        string text = photos.Text();
        string[] texts = [photos.Text(), photos.Text()];
        string?[] textsAndNull = [photos.Text(), null];
        List<int> years = [year, 2001];
        int?[] ratings = [number, null];
        DateTime taken = new DateTime(2020, 1, 2, 0, 0, 0, DateTimeKind.Utc).AddTicks(10);
        var owner = new Guid(photos.Below(3), 0, 0, new byte[8]);
        string? none = null;
        int? noYear = null;
        List<int>? noList = null;
        Expression<Func<Photo, bool>>[] all =
        [
            p => p.Album == text, p => p.Album != text, p => p.Album == none, p => null != p.Album, p => text == p.Album, p => p.Name == "photo '1'",
            p => p.Year == year, p => p.Year < year, p => year <= p.Year, p => !(p.Year > year), p => p.Year >= 2001 && p.Year != 2002,
            p => p.Rating == number, p => p.Rating != number, p => p.Rating > number, p => !(p.Rating <= number), p => p.Rating.HasValue, p => p.Rating == null,
            p => p.Small == number, p => p.Small < 0, p => p.Size > 1L << 40, p => p.Size == (1L << 40) + number,
            p => p.IsPublic, p => !p.IsPublic, p => p.IsPublic == false, p => p.IsSharp == true, p => p.IsSharp != true, p => !p.IsSharp.HasValue,
            p => p.Brightness == number / 8f, p => p.Brightness < 0.2, p => p.Latitude >= -0.5, p => !(p.Latitude >= -0.5), p => p.Latitude < p.Brightness,
            p => p.Owner == owner, p => p.Taken >= taken, p => p.Taken == taken, p => p.Edited > new DateTimeOffset(taken), p => p.Edited == null,
            p => p.Day == new DateOnly(2020, 1, 3), p => p.Clock < new TimeOnly(1, 45), p => p.Year == p.Rating || p.Small == p.Rating,
            p => texts.Contains(p.Album), p => !texts.Contains(p.Album), p => textsAndNull.Contains(p.Album), p => !textsAndNull.Contains(p.Album),
            p => years.Contains(p.Year), p => ratings.Contains(p.Rating),
            p => new List<string>().Contains(p.Name), p => !Array.Empty<string>().Contains(p.Name),
            p => p.Tags.Contains(text), p => !p.Tags.Contains("ä\"ß"), p => p.People != null && p.People.Contains(text),
            p => p.Name.StartsWith("photo '1", StringComparison.Ordinal), p => p.Album != null && p.Album.Contains(text, StringComparison.Ordinal),
            p => p.Album != null && !p.Album.EndsWith(text, StringComparison.Ordinal), p => p.Album != null && p.Album.Equals(text),
            p => noYear == null || p.Year == noYear.Value, p => noYear != null && p.Year < noYear.Value, p => noList == null || noList.Contains(p.Year),
            p => p.Latitude < double.PositiveInfinity, p => p.Latitude > double.NegativeInfinity,
            p => true, p => number == 1, p => p.Rating == p.Small, p => p.Rating != p.Small, p => p.Album == p.Name,
        ];
        return all[photos.Below(all.Length)];
    }

    private sealed class Renamed(ParameterExpression record) : ExpressionVisitor
    {
        protected override Expression VisitParameter(ParameterExpression node) => node.Type == record.Type ? record : node;
    }
}
