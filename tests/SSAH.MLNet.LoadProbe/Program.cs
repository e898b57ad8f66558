using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;

// usage: SSAH.MLNet.LoadProbe MODEL.zip PIXELS CHANNELS HEIGHT WIDTH CODES
// Loads a saved pipeline with nothing but Model.Load, encodes the raw float images of PIXELS, and writes the column HashCode to CODES.
var context = new MLContext();
ITransformer model = context.Model.Load(args[0], out _);

byte[] raw = File.ReadAllBytes(args[1]);
int[] shape = [.. args[2..5].Select(size => int.Parse(size, CultureInfo.InvariantCulture))];
int size = shape[0] * shape[1] * shape[2];
var images = raw.Chunk(size * sizeof(float)).Select(bytes =>
{
    var pixels = new float[size];
    Buffer.BlockCopy(bytes, 0, pixels, 0, bytes.Length);
    return new Image { Pixels = pixels };
});
SchemaDefinition definition = SchemaDefinition.Create(typeof(Image));
definition[nameof(Image.Pixels)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, shape);

IDataView encoded = model.Transform(context.Data.LoadFromEnumerable(images.ToArray(), definition));
using FileStream codes = File.Create(args[5]);
foreach (byte[] code in encoded.GetColumn<byte[]>("HashCode"))
    codes.Write(code);
Console.WriteLine(string.Join(' ', AppDomain.CurrentDomain.GetAssemblies().Select(assembly => assembly.GetName().Name)
    .Order(StringComparer.Ordinal)));

internal sealed class Image
{
    public required float[] Pixels { get; set; }
}
