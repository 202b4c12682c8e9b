/* Loaded with LD_PRELOAD: of every file below POWERCUT_FOLDER the bytes that were there at its last fsync are copied to
 * POWERCUT_SHADOW, and what was deleted is deleted there when the folder is synced. What a process wrote and did not sync is not there: as after a power cut, seen from the disk.
 * The real fsync is left out, since nobody pulls a plug here. */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The folder itself was synced: what was deleted there before is deleted for good. */
static void forget(const char *folder, const char *shadow)
{
    char here[4200], there[4200];
    DIR *listed = opendir(shadow);
    for (struct dirent *each; listed && (each = readdir(listed));) {
        snprintf(here, sizeof here, "%s/%s", folder, each->d_name);
        snprintf(there, sizeof there, "%s/%s", shadow, each->d_name);
        if (access(here, F_OK))
            unlink(there);
    }
    if (listed)
        closedir(listed);
}

static int keep(int fd)
{
    const char *shadow = getenv("POWERCUT_SHADOW"), *folder = getenv("POWERCUT_FOLDER");
    char link[64], path[4096], next[4200], name[4200], buffer[65536];
    struct stat seen;
    if (!shadow || !folder || fstat(fd, &seen))
        return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0)
        return 0;
    path[length] = 0;
    if (S_ISDIR(seen.st_mode) && !strcmp(path, folder))
        forget(folder, shadow);
    if (!S_ISREG(seen.st_mode))
        return 0;
    if (strncmp(path, folder, strlen(folder)) || path[strlen(folder)] != '/')
        return 0;
    snprintf(name, sizeof name, "%s/%s", shadow, strrchr(path, '/') + 1);
    snprintf(next, sizeof next, "%s.%ld", name, (long)syscall(SYS_gettid));
    int copy = open(next, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (copy < 0)
        abort();
    off_t at = 0;
    ssize_t got;
    while ((got = pread(fd, buffer, sizeof buffer, at)) > 0) {
        if (write(copy, buffer, got) != got)
            abort();
        at += got;
    }
    close(copy);
    if (got < 0 || rename(next, name))
        abort();
    return 0;
}

int fsync(int fd) { return keep(fd); }
int fdatasync(int fd) { return keep(fd); }
