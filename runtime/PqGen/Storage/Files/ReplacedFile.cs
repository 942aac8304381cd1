using System.Security.Cryptography;
using System.Text;
using PqGen.Common;

namespace PqGen.Storage.Files;

/// <summary>
/// Replaces a file whole: writes a temporary file beside it, flushes that to the disk, renames it and flushes the folder. Whoever opens
/// the path finds the old contents or the new ones.
/// </summary>
/// <remarks>
/// <para>A symbolic link stays and the file that it leads to is replaced; of a file with several hard links only the one at this path is.
/// The file's mode is kept; a new file gets the default one. A read-only file is refused, and so is what is no file.</para>
/// <para>The temporary file is named after its target, <c>.{name}.{16 hexadecimal digits}.pqgen-tmp</c>. What a killed save left behind is
/// deleted by the next save to the same path. A save that is still writing holds its file locked, and the folder's lock covers the moments
/// when it does not.</para>
/// <para>A file that somebody has mapped stays what it was for them. Windows gives no other file its name: there it is moved to a name that ends in
/// <c>.pqgen-old</c> first, and deleted by the first save to the path that finds it mapped no longer.</para>
/// </remarks>
internal static class ReplacedFile
{
    private const string Extension = ".pqgen-tmp";
    private const string OldExtension = ".pqgen-old";
    private const int RandomDigits = 16;
    private const int BufferSize = 1 << 16;

    /// <summary>Bytes of a file's name at most, on the file systems in use.</summary>
    private const int MaxNameSize = 255;

    /// <summary>Symbolic links that lead from one to the next, at most: as many as Linux follows.</summary>
    private const int MaxLinks = 40;

    private const UnixFileMode AnyWrite = UnixFileMode.UserWrite | UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Where Windows has no lock of a folder: a file that a save has just closed is not taken for a leftover.</summary>
    private static readonly TimeSpan s_leftoverAge = TimeSpan.FromMinutes(1);

    /// <summary>Writes a file whole or leaves what was there.</summary>
    public static void Write(string path, Action<FileStream> write) => Write(path, write, (stream, action) => action(stream));

    /// <summary>Writes a file whole or leaves what was there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="contents">What the writing needs, such as a span.</param>
    /// <param name="write">Writes it.</param>
    public static void Write<T>(string path, T contents, Action<FileStream, T> write)
        where T : allows ref struct
    {
        if (SpecialFile.IsAt(path))
        {
            throw new UnauthorizedAccessException($"{path} is a device, a pipe or a socket; the path of a file is needed.");
        }

        var target = FinalTarget(Path.GetFullPath(path));
        CheckReplaceable(path, target);
        try
        {
            WriteBeside(target, contents, write);
        }
        catch (ArgumentOutOfRangeException e)
        {
            // So the platform calls a file that the file system, or a limit, does not let grow.
            throw new IOException($"{path}: the file would be longer than is allowed here; more room or another folder is needed.", e);
        }
        catch (Exception e) when (InPlaceOf(e, $"{path} was not written and is what it was: {e.Message}") is { } named)
        {
            throw named;
        }
    }

    /// <summary>The same kind of exception with another message, where it comes of the file system: what it names is the temporary file.</summary>
    private static Exception? InPlaceOf(Exception e, string message) => e switch
    {
        DirectoryNotFoundException => new DirectoryNotFoundException(message, e) { HResult = e.HResult },
        UnauthorizedAccessException => new UnauthorizedAccessException(message, e) { HResult = e.HResult },
        IOException when e.GetType() == typeof(IOException) => new IOException(message, e) { HResult = e.HResult },
        _ => null,
    };

    private static void WriteBeside<T>(string target, T contents, Action<FileStream, T> write)
        where T : allows ref struct
    {
        var (temporary, stream) = CreateBeside(target);
        try
        {
            write(stream, contents);
            stream.Flush(flushToDisk: true);
            Rename(stream, temporary, target);
        }
        catch
        {
            GiveUp(stream, temporary);
            throw;
        }
    }

    /// <summary>Closes and deletes a file that was not written to its end; what failed first is what the caller must hear of.</summary>
    private static void GiveUp(FileStream stream, string temporary)
    {
        try
        {
            stream.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // It has tried once more to write what did not go.
        }

        DeleteQuietly(temporary);
    }

    /// <summary>The file that symbolic links lead to, step by step as the system goes; it need not exist.</summary>
    private static string FinalTarget(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            return File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path;
        }

        for (var links = 0; links < MaxLinks; links++)
        {
            path = Path.Combine(UnixFolder.WithoutLinks(Path.GetDirectoryName(path) ?? path), Path.GetFileName(path));
            if (new FileInfo(path).LinkTarget is not { } next)
            {
                return path;
            }

            path = Path.Combine(Path.GetDirectoryName(path)!, next);
        }

        throw new IOException($"{path}: more than {MaxLinks} symbolic links lead from one to the next; links that end at a file are needed.");
    }

    private static void CheckReplaceable(string path, string target)
    {
        if (Directory.Exists(target))
        {
            throw new UnauthorizedAccessException($"{path} is a folder; the path of a file is needed.");
        }

        if (File.Exists(target) && IsReadOnly(target))
        {
            throw new UnauthorizedAccessException($"{path} is read-only; make it writable or save to another path.");
        }
    }

    private static bool IsReadOnly(string target) => OperatingSystem.IsWindows()
        ? File.GetAttributes(target).HasFlag(FileAttributes.ReadOnly)
        : (File.GetUnixFileMode(target) & AnyWrite) == 0 || !UnixFolder.MayWrite(target);

    /// <summary>Deletes leftovers and makes a file of its own name and the target's mode.</summary>
    private static (string Path, FileStream Stream) CreateBeside(string target)
    {
        var folder = Path.GetDirectoryName(target)!;
        var prefix = $".{Shorten(Path.GetFileName(target))}.";
        var path = RandomPath(target, Extension);
        using var locked = new UnixFolder(folder);
        DeleteLeftovers(folder, prefix, Extension);
        if (OperatingSystem.IsWindows() && File.Exists(target))
        {
            DeleteLeftovers(folder, prefix, OldExtension);
        }

        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None, BufferSize = BufferSize };
        if (OperatingSystem.IsWindows() || !File.Exists(target))
        {
            return (path, new FileStream(path, options));
        }

        // The mode first, so that nobody reads there what the file's mode keeps from them; then in full, without the umask.
        var mode = File.GetUnixFileMode(target);
        options.UnixCreateMode = mode;
        var stream = new FileStream(path, options);
        File.SetUnixFileMode(stream.SafeFileHandle, mode);
        return (path, stream);
    }

    /// <summary>A name beside a file, made of its own.</summary>
    private static string RandomPath(string target, string extension)
    {
        var random = RandomNumberGenerator.GetHexString(RandomDigits, lowercase: true);
        return Path.Combine(Path.GetDirectoryName(target)!, $".{Shorten(Path.GetFileName(target))}.{random}{extension}");
    }

    /// <summary>A name short enough for what is added to it.</summary>
    private static string Shorten(string name)
    {
        var size = MaxNameSize - RandomDigits - Extension.Length - "..".Length;
        var length = name.Length;
        while (Encoding.UTF8.GetByteCount(name.AsSpan(0, length)) > size || (length > 0 && char.IsHighSurrogate(name[length - 1])))
        {
            length--;
        }

        return name[..length];
    }

    private static void DeleteLeftovers(string folder, string prefix, string extension)
    {
        try
        {
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles($"*{extension}"))
            {
                if (IsTemporary(file.Name, prefix, extension)
                    && (!OperatingSystem.IsWindows() || DateTime.UtcNow - file.LastWriteTimeUtc > s_leftoverAge))
                {
                    DeleteUnlocked(file.FullName);
                }
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A folder that may be written but not listed; its leftovers stay.
        }
    }

    private static bool IsTemporary(string name, string prefix, string extension) =>
        name.Length == prefix.Length + RandomDigits + extension.Length
        && name.StartsWith(prefix, StringComparison.Ordinal)
        && name.EndsWith(extension, StringComparison.Ordinal)
        && name.Skip(prefix.Length).Take(RandomDigits).All(char.IsAsciiHexDigitLower);

    /// <summary>Deletes a file unless a save holds it.</summary>
    private static void DeleteUnlocked(string path)
    {
        try
        {
            using (new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.None))
            {
                if (!OperatingSystem.IsWindows())
                {
                    File.Delete(path);
                    return;
                }
            }

            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another save is writing it, or it may not be read.
        }
    }

    /// <summary>Closes the temporary file and gives it the target's name while the folder is locked, since closing ends its own lock.</summary>
    private static void Rename(FileStream stream, string temporary, string target)
    {
        using var folder = new UnixFolder(Path.GetDirectoryName(target)!);
        stream.Dispose();
        try
        {
            File.Move(temporary, target, overwrite: true);
        }
        catch (Exception e) when (OperatingSystem.IsWindows() && e is IOException or UnauthorizedAccessException && File.Exists(target))
        {
            ReplaceMapped(temporary, target);
        }

        folder.Unlock();
        folder.Flush();
    }

    /// <summary>Replaces a file that cannot be while it is mapped, but moved.</summary>
    private static void ReplaceMapped(string temporary, string target)
    {
        var old = RandomPath(target, OldExtension);
        File.Move(target, old);
        try
        {
            File.Move(temporary, target);
        }
        catch
        {
            File.Move(old, target);
            throw;
        }

        DeleteQuietly(old);
    }

    private static void DeleteQuietly(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What failed first is what the caller must hear of.
        }
    }
}
