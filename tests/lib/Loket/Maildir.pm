package Loket::Maildir;

# Reading what was delivered: mails as hashes, oldest first.
#
# A mail has `file`, `raw`, `head` (the header as it stands, unfolded), `body`
# and, by get() and all(), its fields; text() is its body decoded.

use v5.36;
use Encode qw(decode);
use MIME::Base64 qw(decode_base64);
use MIME::QuotedPrint qw(decode_qp);

# The mails of one Maildir; none while it does not exist.
sub mails($class, $maildir) {
	my @files = map { glob "\Q$maildir\E/$_/*" } qw(new cur);
	return map { $class->read($_) }
		sort { _arrival($a) <=> _arrival($b) } @files;
}

# Postfix names a file SECONDS.V<device>I<inode>M<microseconds>.HOST, and
# tests/lib/deliver much the same.
sub _arrival($file) {
	my ($s, $us) = $file =~ m{/(\d+)\.[^/]*?M(\d+)};
	return $s + $us / 1e6;
}

sub read($class, $file) {
	open my $in, '<:raw', $file or die "$file: $!\n";
	local $/;
	my $raw = <$in>;
	my ($head, $body) = split /\r?\n\r?\n/, $raw, 2;
	$head =~ s/\r?\n([ \t])/$1/g;
	return bless { file => $file, raw => $raw,
		head => $head, body => $body // '' }, $class;
}

# All values of a field, undecoded.
sub all($self, $name) {
	return $self->{head} =~ /^\Q$name\E:[ \t]*(.*?)\r?$/mig;
}

# The first one, or undef.
sub get($self, $name) {
	my ($value) = $self->all($name);
	return $value;
}

sub subject($self) {
	return decode('MIME-Header', $self->get('Subject') // '');
}

# Whether the server took the mail in under this queue id: its Received says so.
sub has_come_as($self, $queue_id) {
	return $self->{head} =~ /^Received:.*\bid \Q$queue_id\E\b/m;
}

# The body of a mail of one part, as characters.
sub text($self) {
	my $type = $self->get('Content-Type') // '';
	my $encoding = $self->get('Content-Transfer-Encoding') // '';
	my $bytes = $self->{body};
	$bytes = decode_qp($bytes) if $encoding =~ /quoted-printable/i;
	$bytes = decode_base64($bytes) if $encoding =~ /base64/i;
	my ($charset) = $type =~ /charset="?([\w-]+)/i;
	return decode($charset // 'UTF-8', $bytes) =~ s/\r\n/\n/gr;
}

1;
