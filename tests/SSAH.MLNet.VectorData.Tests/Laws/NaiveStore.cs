namespace SSAH.MLNet.VectorData.Tests.Laws;

/// <summary>Photos in a list, in the order in which they were first stored.</summary>
internal sealed class NaiveStore
{
    private readonly List<Photo> _photos = [];

    public IReadOnlyList<Photo> Photos => _photos;

    public Photo this[string name] => _photos.Single(photo => photo.Name == name);

    public void Upsert(IReadOnlyList<Photo> photos)
    {
        foreach (Photo photo in photos)
        {
            int place = _photos.FindIndex(each => each.Name == photo.Name);
            if (place < 0)
                _photos.Add(photo);
            else
                _photos[place] = photo;
        }
    }

    public void Delete(IReadOnlyList<string> names) => _photos.RemoveAll(photo => names.Contains(photo.Name));
}
