using System.Text;
using SSAH.MLNet.Hashing;

namespace SSAH.MLNet.Reports.Page;

/// <summary>Writes a page whole or not at all.</summary>
internal static class PageFile
{
    public static void Write(string path, string html)
    {
        byte[] bytes = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false).GetBytes(html);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, file => file.Write(bytes));
    }
}
