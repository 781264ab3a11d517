#!/usr/bin/perl
# Each row of VIOLATIONS.md names what shows it, and that is there.
use v5.36;
use Test::More;

sub read_text($path) {
	open my $in, '<', $path or return '';
	local $/;
	return scalar(<$in>) // '';
}

# A sample, or "FILE: TEST" of the unit tests.
sub is_there($name) {
	return -e "tests/mail/$name.eml" && -e "tests/mail/$name.json"
		if $name !~ /\A(\w+): (\w+)\z/;
	return read_text("tests/unit/$1.c") =~ /\bcmocka_unit_test\w*\($2\b/;
}

my @rows = grep { /^\|/ && !/^\|-/ && !/^\| what comes / }
	split /\n/, read_text('VIOLATIONS.md');
my (@empty, @missing);
for my $row (@rows) {
	my @names = (split /\s\|\s/, $row)[-1] =~ /`([^`]+)`/g;
	push @empty, $row if !@names;
	push @missing, grep { !is_there($_) } @names;
}
ok(@rows > 60, 'the rows are found');
is_deeply(\@empty, [], 'each row names a test');
is_deeply(\@missing, [], 'each test that is named is there');
done_testing();
