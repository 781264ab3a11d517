#!/usr/bin/perl
#
# make install puts every file where it belongs, readable by all; what it has
# installed finds its data, its sample and manual pages are right, and its unit
# says what loketd needs.

use v5.36;
use Cwd qw(abs_path);
use File::Find qw(find);
use File::Temp;
use FindBin;
use JSON::PP qw(decode_json);
use Test::More;

use lib "$FindBin::Bin/../lib";
use Loket::Cli qw(bytes_of);
use Loket::Process qw(run);

use constant ROOT => abs_path("$FindBin::Bin/../..");
use constant { EX_OK => 0, EX_CONFIG => 78 };

my $dir = File::Temp->newdir('install-XXXXXX', DIR => ROOT . '/build');
my $prefix = "$dir/prefix";

# With sanitizers or without, what is installed is what is shipped. Its objects
# are taken over as they are, so that only what knows PREFIX is compiled.
mkdir "$dir/build" or die "$dir/build: $!";
system 'cp', '-a', ROOT . '/build/obj', "$dir/build/" if -d ROOT . '/build/obj';

sub make_install(@variables) {
	delete local @ENV{qw(MAKEFLAGS MFLAGS MAKEOVERRIDES)};
	my $exit = run("$dir/make.out", "$dir/make.out", 'make', '-C', ROOT,
		"BUILD=$dir/build", @variables, 'install');
	is $exit, 0, "make install @variables"
		or diag bytes_of("$dir/make.out");
}

# Runs an installed program from elsewhere: a hash of exit, out, err.
sub installed($program, @arguments) {
	my ($out, $err) = map { File::Temp->new } 1 .. 2;
	my $exit = run("$out", "$err", 'env', '-C', '/', "$prefix/$program",
		@arguments);
	return { exit => $exit, out => bytes_of("$out"),
		err => bytes_of("$err") };
}

sub write_file($name, $text) {
	open my $out, '>', "$dir/$name" or die "$name: $!";
	print $out $text;
	close $out or die "$name: $!";
	return "$dir/$name";
}

# Mode and path, below the directory, of all that lies in it.
sub tree($top) {
	my %mode;
	find({ no_chdir => 1, wanted => sub {
		my $path = substr $_, length $top;
		my $mode = (lstat $_)[2];
		$mode{$path} = sprintf '%s%04o', -d _ ? 'd' : '-',
			$mode & 07777 if $path ne '';
	} }, "$top");
	return \%mode;
}

# The files of conf/ that are data, by their name below it.
sub data_files {
	my @files;
	find({ no_chdir => 1, wanted => sub {
		push @files, substr $_, length ROOT . '/conf/' if -f;
	} }, map { ROOT . "/conf/$_" } qw(holidays languages templates));
	return @files;
}

sub with_directories(%mode) {
	for my $path (keys %mode) {
		$mode{$path} //= 'd0755' while $path =~ s{/[^/]+\z}{} && $path;
	}
	return \%mode;
}

my %FILES = (
	'/sbin/loketd' => '-0755',
	'/bin/loket' => '-0755',
	'/share/man/man1/loket.1' => '-0644',
	'/share/man/man5/loket.conf.5' => '-0644',
	'/share/man/man8/loketd.8' => '-0644',
	'/lib/systemd/system/loketd.service' => '-0644',
	'/share/loket/loket.conf' => '-0644',
	map({ ("/share/loket/$_" => '-0644') } data_files()),
);

umask 022;

subtest 'DESTDIR holds what will lie under PREFIX' => sub {
	make_install("DESTDIR=$dir/root", 'PREFIX=/opt/loket');
	is_deeply tree("$dir/root"), with_directories(
		map { ("/opt/loket$_" => $FILES{$_}) } keys %FILES),
		'each file with its mode, and no other';
	my $unit = bytes_of(
		"$dir/root/opt/loket/lib/systemd/system/loketd.service");
	like $unit, qr{^ExecStart=/opt/loket/sbin/loketd }m,
		'the unit names PREFIX';
	for my $program (qw(sbin/loketd bin/loket)) {
		my $bytes = bytes_of("$dir/root/opt/loket/$program");
		like $bytes, qr{\0/opt/loket/share/loket\0},
			"$program looks for its data under PREFIX";
	}
};

subtest 'without DESTDIR it lies under PREFIX' => sub {
	make_install("PREFIX=$prefix");
	is_deeply tree($prefix), with_directories(%FILES),
		'each file with its mode, and no other';
};

subtest 'the unit can go elsewhere' => sub {
	make_install("DESTDIR=$dir/units", "PREFIX=$prefix",
		'UNITDIR=/lib/systemd/system');
	ok -f "$dir/units/lib/systemd/system/loketd.service", 'to UNITDIR';
	ok !-e "$dir/units$prefix/lib", 'and nowhere else';
};

# Who builds and installs under a strict umask has a daemon that is another
# user all the same.
subtest 'a strict umask changes no mode' => sub {
	umask 077;
	make_install("DESTDIR=$dir/strict", 'PREFIX=/opt/loket');
	umask 022;
	is_deeply tree("$dir/strict/opt/loket"), with_directories(%FILES),
		'of file or directory';
};

# Friday 24 April 2026 with one working day to go: the Monday is Koningsdag.
subtest 'what is installed finds its data' => sub {
	my $conf = write_file('loket.conf', <<~"END");
		store = "sqlite:$dir/loket.db"
		secret = "$dir/secret"
		socket = "unix:$dir/nowhere/milter.sock"
		calendar "office" {
			timezone = "Europe/Amsterdam"
			holidays = { "nl" }
		}
		desk "support" {
			addresses = { "support\@acme.example" }
			calendar = "office"
		}
		END
	my $mail = write_file('mail.eml', <<~'END');
		From: an@klant.example
		Subject: Vraag

		Goedemiddag, op mijn factuur van oktober staat het abonnement
		twee keer. Kunt u nagaan of dat klopt, en of ik het bedrag
		terug krijg op mijn rekening?
		END
	my $due = installed('bin/loket', '-c', $conf, 'deadline',
		'--calendar', 'office', '--target', '1 working day',
		'--from', '2026-04-24T10:00:00+02:00');
	is $due->{out}, "2026-04-28T17:00:00+02:00\n", 'holidays'
		or diag $due->{err};
	my $seen = installed('bin/loket', 'parse', $mail);
	is eval { decode_json($seen->{out})->{language} }, 'nl', 'languages'
		or diag $seen->{err};
	my $check = installed('bin/loket', '-c', $conf, 'check');
	is $check->{exit}, EX_OK, 'templates' or diag $check->{err};
	like installed('sbin/loketd', '-c', $conf)->{err},
		qr{^unix:\Q$dir\E/nowhere/milter\.sock: }, 'loketd, too';

	rename "$prefix/share/loket", "$prefix/share/away" or die $!;
	for my $program (['bin/loket', '-c', $conf, 'check'],
			['sbin/loketd', '-c', $conf]) {
		my $without = installed(@$program);
		is $without->{exit}, EX_CONFIG, "$program->[0] without its data";
		like $without->{err}, qr{\Q$prefix\E/share/loket\b},
			'says where it looked';
	}
	rename "$prefix/share/away", "$prefix/share/loket" or die $!;
};

# What a manual page says a key is, over all its sections.
sub keys_of_manual {
	my $page = bytes_of(ROOT . '/milter/loket.conf.5');
	my %keys = map { ($_ => 1) } $page =~ /^\.It Ic ([a-z-]+)(?: =|$)/mg;
	return sort keys %keys;
}

subtest 'the sample configuration loads, also with all that it offers' => sub {
	my $sample = bytes_of("$prefix/share/loket/loket.conf");
	my $load = sub ($conf) {
		return installed('bin/loket', '-c', $conf, 'calendar', 'show',
			'office');
	};
	my $as_it_is = $load->("$prefix/share/loket/loket.conf");
	is $as_it_is->{exit}, EX_OK, 'as it is' or diag $as_it_is->{err};

	my $all = $sample =~ s{^(\t?)\# ([a-z-]+ = )}{$1$2}gmr
		=~ s{^(\t?)\# ([a-z]+ "[^"]+" \{)}{$1$2}gmr
		=~ s{^(\t?)\#(\t.*|\ \}$)}{$1$2}gmr
		=~ s{ics:/etc/loket/closed\.ics}{nl}r;
	my $offered = $load->(write_file('offered.conf', $all));
	is $offered->{exit}, EX_OK, 'with every comment a setting'
		or diag $offered->{err};
	my @keys = keys_of_manual();
	cmp_ok scalar(@keys), '>', 60, 'the manual page has keys';
	is_deeply [grep { $all !~ /(?<![\w-])$_ = / } @keys], [],
		'each of loket.conf(5) is there';
};

for my $page (grep { m{/man/} } sort keys %FILES) {
	my ($out, $err) = map { File::Temp->new } 1 .. 2;
	my $exit = run("$out", "$err", qw(mandoc -Tlint -Wwarning),
		"$prefix$page");
	is $exit, 0, "mandoc has nothing against $page"
		or diag bytes_of("$out"), bytes_of("$err");
}

# Sections, keys and the list of each key's values.
sub read_unit($text) {
	my (%unit, $section);
	for (split /\n/, $text) {
		next if /^(?:#|$)/;
		if (/^\[(\w+)\]$/) { $section = $1; next }
		my ($key, $value) = /^(\w+)=(.*)$/ or die "unit: $_\n";
		push $unit{$section}{$key}->@*, $value;
	}
	return \%unit;
}

subtest 'the unit says what loketd needs' => sub {
	my $unit = read_unit(
		bytes_of("$prefix/lib/systemd/system/loketd.service"));
	my %service = $unit->{Service}->%*;
	my %want = (
		Type => 'notify',
		ExecStart => "$prefix/sbin/loketd -c /etc/loket/loket.conf",
		ExecReload => '/bin/kill -USR1 $MAINPID',
		Restart => 'on-failure',
		RestartPreventExitStatus => EX_CONFIG,
		User => 'loket',
		Group => 'loket',
		RuntimeDirectory => 'loket',
		StateDirectory => 'loket',
		StateDirectoryMode => '0700',
		UMask => '0077',
		ReadWritePaths => '-/var/spool/postfix/loket',
		NoNewPrivileges => 'yes',
		ProtectSystem => 'strict',
		CapabilityBoundingSet => '',
		RestrictAddressFamilies => 'AF_UNIX AF_INET AF_INET6',
	);
	is_deeply $service{$_}, [$want{$_}], $_ for sort keys %want;
	is_deeply $service{SystemCallFilter}, ['@system-service',
		'~@privileged @resources', '@chown'],
		'chown stays allowed, for socket-group';
	cmp_ok $service{RestartSec}[0], '>', 2,
		'it is started so seldom that systemd never gives up';
	cmp_ok $service{TimeoutStopSec}[0], '>', 20,
		'sessions that wait 20 seconds may end';
	my %before = map { ($_ => 1) } split ' ', $unit->{Unit}{Before}[0];
	ok $before{$_}, "it is there before $_"
		for qw(postfix.service postfix@-.service sendmail.service);
	is_deeply $unit->{Install}{WantedBy}, ['multi-user.target'],
		'systemctl enable';
};

done_testing;
