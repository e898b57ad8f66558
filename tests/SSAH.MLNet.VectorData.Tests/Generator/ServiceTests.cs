using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using SSAH.MLNet.Tests.Images;
using SkiaSharp;

namespace SSAH.MLNet.VectorData.Tests.Generator;

/// <summary>Services that are registered find each other.</summary>
public sealed class ServiceTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Registered_store_encodes_images_by_the_registered_generator()
    {
        var services = new ServiceCollection();
        services.AddHashEmbeddingGenerator(_ => HashEncoder.PerceptualHash())
            .AddSqliteHashVectorStore(_folder.At("store.db"))
            .AddHashVectorStoreCollection<int, Slide>("slides");
        await using ServiceProvider provider = services.BuildServiceProvider();
        var slides = provider.GetRequiredService<VectorStoreCollection<int, Slide>>();
        await slides.EnsureCollectionExistsAsync();
        var image = new DataContent(DrawnFiles.Draw(SKEncodedImageFormat.Png, 40, 40, (x, y) => new SKColor((byte)(x * y), (byte)(x * 5), 0)), "image/png");
        await slides.UpsertAsync(new Slide { Id = 5, Image = image });
        var found = new List<VectorSearchResult<Slide>>();
        await foreach (VectorSearchResult<Slide> match in provider.GetRequiredService<IVectorSearchable<Slide>>().SearchAsync(image, 3))
            found.Add(match);
        Assert.Equal((5, 0.0), (Assert.Single(found).Record.Id, found[0].Score));
        Assert.Same(provider.GetRequiredService<SqliteHashVectorStore>(), provider.GetRequiredService<VectorStore>());
        Assert.NotNull(provider.GetService<IEmbeddingGenerator<DataContent, BinaryEmbedding>>());
    }

    private sealed class Slide
    {
        [VectorStoreKey]
        public int Id { get; set; }

        [VectorStoreVector(64)]
        public DataContent? Image { get; set; }
    }
}
